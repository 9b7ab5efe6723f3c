// SPDX-License-Identifier: MIT
// Coroutines as the unit of waiting: a Task runs when awaited, on the awaiting thread, and ends
// before its awaiter goes on. A parent awaits each child; nobody destroys a suspended one from
// outside.
//
// A child that never has to wait costs no suspension: await_ready() runs it in place. A child that
// waited resumes its parent from its own end; control then returns to the loop, so the stack does
// not grow with the number of waits, under any compiler or sanitizer (no symmetric transfer).
//
// Permitted shapes of co_await are few (docs/decisions/0002-coroutines.md), because g++ 12 compiles
// others wrongly; tests/tidy enforces them.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/assert.h"
#include "net/frame_pool.h"

namespace stickler::net {

template <typename T>
class Task;
class TaskGroup;

namespace internal {

// Frees the frame, and tells the group (net/task_group.h).
void end_in_group(std::coroutine_handle<> finished, TaskGroup& group) noexcept;

struct PromiseBase {
  std::coroutine_handle<> continuation;  // of who awaits it
  TaskGroup* group = nullptr;            // in which it runs, if nobody does

  static void* operator new(std::size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, std::size_t size) { free_frame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  // Functions on the data path do not throw; what does is a broken program (std::bad_alloc too).
  void unhandled_exception() noexcept { std::terminate(); }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> finished) noexcept {
      // The parent may destroy this frame while it runs: nothing of it is touched afterwards.
      TaskGroup* own_group = finished.promise().group;
      std::coroutine_handle<> parent = finished.promise().continuation;
      if (own_group != nullptr) {
        end_in_group(finished, *own_group);
      } else if (parent) {
        parent.resume();
      }
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() {
    ASSERT(value.has_value());
    return std::move(*value);
  }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() {}
};

}  // namespace internal

template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (!handle_) return;
    ASSERT(handle_.done() || !started_);
    handle_.destroy();
  }

  bool await_ready() {
    started_ = true;
    handle_.resume();
    return handle_.done();
  }
  void await_suspend(std::coroutine_handle<> parent) noexcept {
    handle_.promise().continuation = parent;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend class TaskGroup;
  Handle handle_;
  bool started_ = false;
};

namespace internal {
template <typename T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}
}  // namespace internal

}  // namespace stickler::net
