// SPDX-License-Identifier: MIT
// What is remembered of health for those who look: the last checks of a server, and since when
// something is usable or not. Knows no clock: times are passed in. Control thread only.
#pragma once

#include <cstdint>
#include <deque>

#include "backend/check_verdict.h"
#include "backend/server_state.h"
#include "base/units.h"

namespace stickler::backend {

struct CheckRecord {
  WallTime when{};
  CheckVerdict verdict;
};

// A server's checks.
class CheckHistory {
 public:
  static constexpr std::size_t kRecent = 20;

  // One has ended, and that became of the health.
  void checked(const CheckVerdict& verdict, const HealthChange& change, WallTime now);

  // The last ones, the newest last.
  const std::deque<CheckRecord>& recent() const { return recent_; }
  // The last that failed; `when` is zero if none did.
  const CheckRecord& last_failure() const { return last_failure_; }
  // Checks that failed while it was up ("chkfail" of HAProxy's CSV), and how often they took it
  // down
  // ("chkdown").
  std::uint64_t failed() const { return failed_; }
  std::uint64_t went_down() const { return went_down_; }

 private:
  std::deque<CheckRecord> recent_;
  CheckRecord last_failure_;
  std::uint64_t failed_ = 0;
  std::uint64_t went_down_ = 0;
};

// Whether something, a server or a backend, is usable: since when, and how long it was not.
class Outage {
 public:
  explicit Outage(WallTime began) : since_(began) {}

  // May be said again and again; the first time it becomes known, without having changed.
  void became(bool usable, WallTime now);

  // The last change, or when it became known ("lastchg").
  WallTime since() const { return since_; }
  // In all, the present time included ("downtime").
  Duration total(WallTime now) const;
  std::uint64_t count() const { return count_; }

 private:
  WallTime since_;
  Duration over_{0};  // of the outages that have ended
  std::uint64_t count_ = 0;
  bool known_ = false;
  bool out_ = false;
};

}  // namespace stickler::backend
