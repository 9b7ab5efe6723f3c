// SPDX-License-Identifier: MIT
// How long this process may vouch for what it knows of keys' owners. The control thread writes it,
// workers read it at each request. Not by the loop's time, which stands still while a process is
// frozen, but by a clock that also counts while the machine sleeps (CLOCK_BOOTTIME).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "base/units.h"

namespace stickler::balance {

struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
  static time_point now();
};
using BootTime = BootClock::time_point;

class Vouching {
 public:
  void until(BootTime moment) {
    until_.store(moment.time_since_epoch().count(), std::memory_order_release);
  }
  void end() { until(BootTime::min()); }
  bool holds(BootTime now) const {
    return now.time_since_epoch().count() < until_.load(std::memory_order_acquire);
  }

 private:
  std::atomic<BootTime::rep> until_{BootTime::min().time_since_epoch().count()};
};

}  // namespace stickler::balance
