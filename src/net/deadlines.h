// SPDX-License-Identifier: MIT
// Time limits of waits: one first-in-first-out list per distinct limit, so that starting and ending
// a wait are a few pointer writes, however many connections there are. One tick looks at the heads
// of the lists. An expired deadline ends the wait (Wake::timed_out); it runs no logic of its own.
#pragma once

#include <memory>
#include <vector>

#include "base/units.h"
#include "net/waiter.h"

namespace stickler::net {

// Waiters with the same limit: the order of starting is the order of expiring.
struct DeadlineList {
  Duration limit{};
  Waiter* oldest = nullptr;
  Waiter* newest = nullptr;

  void append(Waiter& waiter);
  void remove(Waiter& waiter);
};

class Deadlines {
 public:
  explicit Deadlines(ReadyQueue& ready) : ready_(ready) {}

  // Starts the limit of a wait; kNoLimit starts none.
  void start(Waiter& waiter, Duration limit, TimePoint now);

  // Wakes every waiter whose time is over.
  void expire(TimePoint now);

  // When the next one may be over; TimePoint::max() if none waits.
  TimePoint next() const;

 private:
  DeadlineList& list_of(Duration limit);

  ReadyQueue& ready_;
  // As many as there are different limits in the configuration: a dozen.
  std::vector<std::unique_ptr<DeadlineList>> lists_;
};

}  // namespace stickler::net
