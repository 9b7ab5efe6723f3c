// SPDX-License-Identifier: MIT
#include "app/watchdog.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace stickler::app {

// Half of the limit, as sd_watchdog_enabled(3) advises.
Watchdog::Watchdog(const ServiceManager& manager, std::vector<Pulse*> workers)
    : manager_(manager), workers_(std::move(workers)), interval_(manager.watchdog() / 2) {}

void Watchdog::start() {
  if (interval_ > Duration::zero()) tasks_.start(run());
}

net::Task<> Watchdog::run() {
  for (;;) {
    if (all_beat()) {
      manager_.alive();
    } else {
      log_error("a worker has hung for {}: no sign of life for the service manager",
                format_duration(interval_));
    }
    for (Pulse* worker : workers_) worker->ask();
    net::Wake woke = co_await ending_.wait(interval_);
    if (woke != net::Wake::timed_out) co_return;
  }
}

bool Watchdog::all_beat() const {
  return std::ranges::all_of(workers_, [](const Pulse* worker) { return worker->beats(); });
}

}  // namespace stickler::app
