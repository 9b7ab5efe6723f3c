// SPDX-License-Identifier: MIT
// One thread's loop around libevent: turns readiness into resumed coroutines.
//
// A raw libevent callback only records what happened and queues the waiter; the loop runs that
// queue (net/waiter.h) after libevent's turn. So no user code runs inside a callback, and nothing
// can be destroyed under one. Everything here belongs to the loop's thread but for post() and
// stop().
#pragma once

#include <atomic>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/assert.h"
#include "base/units.h"
#include "net/deadlines.h"
#include "net/fd.h"
#include "net/waiter.h"

struct event_base;
struct event;

namespace stickler::net {

class EventLoop {
 public:
  // Whether the loop becomes the calling thread's at once, or that of a thread which is still to
  // start and to call adopt_thread().
  enum class Adopt : bool { now, later };
  explicit EventLoop(Adopt adopt = Adopt::now);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Makes this the loop of the calling thread, which must have none.
  void adopt_thread();

  // The loop of the calling thread; there must be one.
  static EventLoop& current() {
    ASSERT(current_ != nullptr);
    return *current_;
  }

  // Runs until stop(); may be run again.
  void run();
  // Any thread.
  void stop();

  // Runs `function` on the loop's thread in one of its next turns, in the order of posting. Any
  // thread.
  void post(std::function<void()> function);

  // The time at the beginning of this turn; both clocks move together.
  TimePoint now() const { return now_; }
  WallTime wall_now() const { return wall_now_; }
  std::time_t wall_seconds() const { return std::chrono::system_clock::to_time_t(wall_now_); }

  // Cuts every connection of this loop in both directions: all who wait for one wake up and find it
  // closed. The last means of a stop that may not take longer.
  void cut_all_sockets();

  ReadyQueue& ready() { return ready_; }
  Deadlines& deadlines() { return deadlines_; }
  event_base* base() { return base_.get(); }

 private:
  struct FreeBase {
    void operator()(event_base* base) const;
  };
  struct FreeEvent {
    void operator()(event* event) const;
  };

  static void on_posted(int fd, short what, void* self);
  static void on_tick(int fd, short what, void* self);
  void turn();
  void tend();
  void read_clocks();
  void run_posted();
  void set_tick();

  static constinit thread_local EventLoop* current_;

  std::unique_ptr<event_base, FreeBase> base_;
  Fd posted_fd_;
  std::unique_ptr<event, FreeEvent> posted_event_;
  std::unique_ptr<event, FreeEvent> tick_;
  TimePoint tick_at_ = TimePoint::max();

  TimePoint now_;
  WallTime wall_now_;
  TimePoint tended_;
  ReadyQueue ready_;
  Deadlines deadlines_{ready_};

  std::atomic<bool> stopping_{false};
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by posted_mutex_
  std::atomic<bool> posted_pending_{false};
};

// The time at the beginning of this turn of the calling thread's loop.
inline TimePoint now() { return EventLoop::current().now(); }

}  // namespace stickler::net
