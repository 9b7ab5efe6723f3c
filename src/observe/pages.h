// SPDX-License-Identifier: MIT
// Where workers' requests for pages come to the control thread, which makes the page and sends it
// back. A page takes as long as its numbers take to be written; nobody else waits for that.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "net/event_loop.h"
#include "net/task_group.h"
#include "proxy/local_pages.h"

namespace stickler::observe {

class Pages final : public proxy::LocalPages {
 public:
  using Kind = proxy::PageRequest::Kind;
  using Maker = std::function<proxy::PageAnswer(const proxy::PageRequest&)>;
  // Of what has to be waited for.
  using SlowMaker = std::function<net::Task<proxy::PageAnswer>(proxy::PageRequest)>;

  // `control` is the control thread's; it runs as long as any worker does.
  explicit Pages(net::EventLoop& control) : control_(control) {}

  // Before workers start: who makes pages of this kind, on the control thread.
  void add(Kind kind, Maker maker) { makers_[kind] = std::move(maker); }
  void add_slow(Kind kind, SlowMaker maker) { slow_makers_[kind] = std::move(maker); }
  // co_await: until no page is being made.
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

  bool makes(Kind kind) const override {
    return makers_.contains(kind) || slow_makers_.contains(kind);
  }

  // Any worker.
  net::Task<proxy::PageAnswer> make(proxy::PageRequest request) override;

 private:
  struct Errand;
  net::Task<> run(std::shared_ptr<Errand> errand);
  proxy::PageAnswer make_now(const proxy::PageRequest& request) const;

  net::EventLoop& control_;
  std::map<Kind, Maker> makers_;
  std::map<Kind, SlowMaker> slow_makers_;
  net::TaskGroup tasks_;
};

}  // namespace stickler::observe
