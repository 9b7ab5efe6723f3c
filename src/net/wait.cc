// SPDX-License-Identifier: MIT
#include "net/wait.h"

#include "base/assert.h"
#include "net/event_loop.h"

namespace stickler::net {

void Wait::await_suspend(std::coroutine_handle<> waiting) noexcept {
  waiting_ = waiting;
  EventLoop& loop = EventLoop::current();
  if (queue_) {
    loop.ready().wake(*this, Wake::ready);
    return;
  }
  for (WaitSlot* slot : slots) {
    if (slot == nullptr) continue;
    ASSERT(*slot == nullptr);
    *slot = this;
  }
  loop.deadlines().start(*this, limit_, loop.now());
}

void Wait::resume(Waiter& waiter) { static_cast<Wait&>(waiter).waiting_.resume(); }

Wait send_turn() { return Wait(!EventLoop::current().ready().others_ready(), Turn::sends); }

TotalLimit::TotalLimit(Duration limit, WaitSlot* guarded) : Waiter(&fire), guarded_(guarded) {
  EventLoop& loop = EventLoop::current();
  loop.deadlines().start(*this, limit, loop.now());
}

TotalLimit::~TotalLimit() { EventLoop::current().ready().forget(*this); }

void TotalLimit::fire(Waiter& waiter) {
  auto& limit = static_cast<TotalLimit&>(waiter);
  limit.expired_ = true;
  if (limit.guarded_ != nullptr) {
    EventLoop::current().ready().wake_slot(*limit.guarded_, Wake::timed_out);
  }
}

void Notice::announce() {
  if (slot_ == nullptr) {
    announced_ = true;
    return;
  }
  EventLoop::current().ready().wake_slot(slot_, Wake::ready);
}

}  // namespace stickler::net
