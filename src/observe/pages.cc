// SPDX-License-Identifier: MIT
#include "observe/pages.h"

#include <memory>
#include <utility>

#include "net/wait.h"

namespace stickler::observe {

// A request on its way to the control thread and back; belongs to one thread at a time.
struct Pages::Errand {
  proxy::PageRequest request;
  proxy::PageAnswer answer;
  net::EventLoop* home = nullptr;
  net::Notice back;
};

net::Task<proxy::PageAnswer> Pages::make(proxy::PageRequest request) {
  auto errand = std::make_shared<Errand>();
  errand->request = std::move(request);
  errand->home = &net::EventLoop::current();
  control_.post([this, errand] { tasks_.start(run(errand)); });
  co_await errand->back.wait(kNoLimit);
  co_return std::move(errand->answer);
}

net::Task<> Pages::run(std::shared_ptr<Errand> errand) {
  const auto slow = slow_makers_.find(errand->request.kind);
  if (slow == slow_makers_.end()) {
    errand->answer = make_now(errand->request);
  } else {
    errand->answer = co_await slow->second(errand->request);
  }
  errand->home->post([errand] { errand->back.announce(); });
}

proxy::PageAnswer Pages::make_now(const proxy::PageRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    return {405, "text/plain; charset=utf-8", "Only GET and HEAD.\n", {{"Allow", "GET, HEAD"}}};
  }
  return makers_.at(request.kind)(request);
}

}  // namespace stickler::observe
