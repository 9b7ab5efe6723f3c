// SPDX-License-Identifier: MIT
#include "net/task_group.h"

#include "net/event_loop.h"

namespace stickler::net {

TaskGroup::Root TaskGroup::run(Task<> task, TaskGroup* group) {
  {
    // The task's frame goes before the group hears of its end.
    Task<> running = std::move(task);
    co_await running;
  }
  group->one_ended();
}

void TaskGroup::one_ended() {
  --running_;
  if (running_ == 0) EventLoop::current().ready().wake_slot(ended_, Wake::ready);
}

}  // namespace stickler::net
