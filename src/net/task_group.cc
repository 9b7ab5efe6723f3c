// SPDX-License-Identifier: MIT
#include "net/task_group.h"

#include <utility>

#include "net/event_loop.h"

namespace stickler::net {

// Its frame is its own from now on: one less than if somebody awaited it.
void TaskGroup::start(Task<> task) {
  ++running_;
  Task<>::Handle own = std::exchange(task.handle_, nullptr);
  own.promise().group = this;
  own.resume();
}

void internal::end_in_group(std::coroutine_handle<> finished, TaskGroup& group) noexcept {
  finished.destroy();
  group.one_ended();
}

void TaskGroup::one_ended() {
  --running_;
  if (running_ == 0) EventLoop::current().ready().wake_slot(ended_, Wake::ready);
}

}  // namespace stickler::net
