// SPDX-License-Identifier: MIT
#include "backend/check_history.h"

#include <algorithm>

namespace stickler::backend {
namespace {

bool was_up(Health health) { return health == Health::up || health == Health::going_down; }

}  // namespace

void CheckHistory::checked(const CheckVerdict& verdict, const HealthChange& change, WallTime now) {
  recent_.push_back({now, verdict});
  if (recent_.size() > kRecent) recent_.pop_front();
  if (verdict.passed) return;
  last_failure_ = recent_.back();
  // Once it is down, further failures say nothing new; HAProxy's stand still then, too.
  if (was_up(change.before) || change.first()) ++failed_;
  if (was_up(change.before) && change.went_down()) ++went_down_;
}

void Outage::became(bool usable, WallTime now) {
  if (known_ && usable != out_) return;
  if (known_ && out_) over_ += now - since_;
  if (known_ && !usable) ++count_;
  known_ = true;
  out_ = !usable;
  since_ = now;
}

Duration Outage::total(WallTime now) const {
  return over_ + (out_ ? std::max(now - since_, Duration{0}) : Duration{0});
}

}  // namespace stickler::backend
