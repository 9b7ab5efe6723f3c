// SPDX-License-Identifier: MIT
// Tasks that run on their own, owned by somebody who waits for the last of them: a worker's
// clients, the upload beside a download. The group must outlive its tasks; its destructor checks
// that.
#pragma once

#include <cstddef>

#include "base/assert.h"
#include "net/task.h"
#include "net/wait.h"

namespace stickler::net {

class TaskGroup {
 public:
  TaskGroup() = default;
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup() { ASSERT(running_ == 0); }

  // Runs `task` until its first wait, now; the rest as its waits end. It may have ended, and its
  // frame be gone, when this returns.
  void start(Task<> task);

  std::size_t running() const { return running_; }

  // co_await: until no task is running, or the limit has passed. One waiter at a time.
  Wait all_ended(Duration limit) { return Wait(running_ == 0, &ended_, nullptr, limit); }

 private:
  friend void internal::end_in_group(std::coroutine_handle<> finished, TaskGroup& group) noexcept;
  void one_ended();

  std::size_t running_ = 0;
  WaitSlot ended_ = nullptr;
};

}  // namespace stickler::net
