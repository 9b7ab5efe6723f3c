// SPDX-License-Identifier: MIT
// Where workers' requests for pages come to the control thread, which makes the page and sends it
// back. A page takes as long as its numbers take to be written; nobody else waits for that.
#pragma once

#include <functional>
#include <map>

#include "net/event_loop.h"
#include "proxy/local_pages.h"

namespace stickler::observe {

class Pages final : public proxy::LocalPages {
 public:
  using Kind = proxy::PageRequest::Kind;
  using Maker = std::function<proxy::PageAnswer(const proxy::PageRequest&)>;

  // `control` is the control thread's; it runs as long as any worker does.
  explicit Pages(net::EventLoop& control) : control_(control) {}

  // Before workers start: who makes pages of this kind, on the control thread.
  void add(Kind kind, Maker maker) { makers_[kind] = std::move(maker); }

  bool makes(Kind kind) const override { return makers_.contains(kind); }

  // Any worker.
  net::Task<proxy::PageAnswer> make(proxy::PageRequest request) override;

 private:
  proxy::PageAnswer make_now(const proxy::PageRequest& request) const;

  net::EventLoop& control_;
  std::map<Kind, Maker> makers_;
};

}  // namespace stickler::observe
