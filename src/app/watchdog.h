// SPDX-License-Identifier: MIT
// Signs of life for the service manager, as often as it wants them and only while every thread
// that serves turns: a worker that hangs is a reason to be restarted, too. Control thread, but for
// what Pulse says of itself.
#pragma once

#include <atomic>
#include <vector>

#include "app/service_manager.h"
#include "net/event_loop.h"
#include "net/task.h"
#include "net/task_group.h"
#include "net/wait.h"

namespace stickler::app {

// Whether a loop of another thread turns: asked now, looked at later.
class Pulse {
 public:
  explicit Pulse(net::EventLoop& loop) : loop_(loop) {}

  void ask() {
    turned_ = false;
    loop_.post([this] { turned_ = true; });
  }
  // Whether it has turned since ask(), or has nothing to do any more.
  bool beats() const { return turned_ || ended_; }
  // On the loop's thread: it will not turn again, as it should.
  void end() { ended_ = true; }

 private:
  net::EventLoop& loop_;
  std::atomic<bool> turned_{true};
  std::atomic<bool> ended_{false};
};

class Watchdog {
 public:
  // All outlive this object.
  Watchdog(const ServiceManager& manager, std::vector<Pulse*> workers);

  // Does nothing if the manager wants no signs of life.
  void start();
  // Ends within the loop's next turns; co_await stopped() before destroying this.
  void stop() { ending_.announce(); }
  net::Wait stopped() { return tasks_.all_ended(kNoLimit); }

 private:
  net::Task<> run();
  bool all_beat() const;

  const ServiceManager& manager_;
  std::vector<Pulse*> workers_;
  Duration interval_;
  net::Notice ending_;
  net::TaskGroup tasks_;
};

}  // namespace stickler::app
