// SPDX-License-Identifier: MIT
// Whether one balancer may vouch for what it knows of the buckets: the rules alone, without clock,
// etcd or requests, so that a test can try every order of events (tests/unit/cluster).
//
//            registered              assignment read, and obeyed
//   absent ─────────────► registered ───────────────────────────► serving
//      ▲                       │                                     │
//      └───────────────────────┴─ its time is over, or what it read ─┘
//                                 is no longer so: falls silent
//
// A balancer is waited for as long as its own key changes. So it says first that it is there, and
// then reads what it is going to obey; and it trusts what it knows for a time that begins when it
// sent the last heartbeat that etcd acknowledged.
#pragma once

#include <cstdint>

#include "balance/vouching.h"
#include "base/units.h"

namespace stickler::cluster {

using balance::BootTime;

// How long balancers are waited for, and how much clocks may differ in rate over that time.
struct Terms {
  Duration term{0};
  Duration margin{0};

  // From the sending of a heartbeat.
  Duration vouched() const { return term - margin; }
  // From when its key was last seen to change, by whoever waits.
  Duration awaited() const { return term + margin; }
};

// Of heartbeats, a balancer's or the monitor's, however long the term.
inline constexpr Duration kSlowestPace = std::chrono::seconds(5);

class BalancerStanding {
 public:
  enum class Stage : std::uint8_t { absent, registered, serving };

  explicit BalancerStanding(Terms terms) : terms_(terms) {}

  // The heartbeat that was sent then has been acknowledged. It counts for nothing if its time was
  // over before that: meanwhile nobody waited for us.
  void acknowledged(BootTime sent, BootTime now);
  // The assignment was read, linearizably, after the registration was acknowledged; or a later
  // one was heard of. Nothing older than what is obeyed may be given.
  void adopt(std::uint64_t epoch, BootTime now);
  // There is no assignment, or another one than the one obeyed has become: it begins anew.
  void fall_silent() { *this = BalancerStanding(terms_); }

  Stage stage() const { return stage_; }
  // The epoch obeyed; 0: none.
  std::uint64_t obeys() const { return obeys_; }
  // Requests of buckets may be passed on.
  bool vouches(BootTime now) const { return stage_ == Stage::serving && now < until(); }
  // The end of that; meaningful while not absent.
  BootTime until() const { return sent_ + terms_.vouched(); }

  bool operator==(const BalancerStanding& other) const {
    return stage_ == other.stage_ && sent_ == other.sent_ && obeys_ == other.obeys_;
  }

 private:
  Terms terms_;
  Stage stage_ = Stage::absent;
  BootTime sent_{};
  std::uint64_t obeys_ = 0;
};

}  // namespace stickler::cluster
