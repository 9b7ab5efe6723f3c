// SPDX-License-Identifier: MIT
#include "cluster/registration_rules.h"

#include <algorithm>

#include "base/assert.h"

namespace stickler::cluster {

using backend::CheckEvent;
using backend::Health;

// Who comes to a node that has a key takes it for up until `fall` checks say otherwise.
RegistrationRules::RegistrationRules(unsigned rise, unsigned fall, Duration lease)
    : lease_(lease), health_(rise, fall, backend::Admin::ready) {
  health_.apply(CheckEvent::passed);
}

bool RegistrationRules::is_up() const {
  return health() == Health::up || health() == Health::going_down;
}

void RegistrationRules::suppose_down() {
  while (!is_down()) health_.apply(CheckEvent::failed);
}

// ---- Checks ----

void RegistrationRules::checked(bool passed, BootTime now) {
  tick(now);
  health_.apply(passed ? CheckEvent::passed : CheckEvent::failed);
  follow_health();
}

void RegistrationRules::follow_health() {
  switch (stage_) {
    case Stage::waiting:
      if (is_up()) stage_ = Stage::registering;
      break;
    case Stage::registering:
      if (is_down()) stage_ = has_key_ ? Stage::failing : Stage::waiting;
      break;
    case Stage::registered:
      if (is_down()) stage_ = Stage::failing;
      break;
    case Stage::failing:
      // While the command runs it is not known what becomes of the node.
      if (is_up() && !stopping_) stage_ = Stage::registered;
      break;
    case Stage::arriving:
    case Stage::lost:
    case Stage::releasing:
      break;
  }
}

// ---- Time ----

void RegistrationRules::tick(BootTime now) {
  const bool counts = stage_ != Stage::lost && stage_ != Stage::releasing;
  if (counts && has_key_ && now >= until_) lose(KeyLoss::time);
}

// ---- The key ----

// What was there and is not any more has been lost, whoever had put it there.
void RegistrationRules::found_none(KeyLoss how) {
  if (has_key_ || has_predecessor_) return gone(how);
  if (stage_ != Stage::arriving) return;
  suppose_down();
  stage_ = Stage::waiting;
}

void RegistrationRules::writing(BootTime lease_asked) {
  ASSERT(stage_ == Stage::arriving || stage_ == Stage::registering);
  has_key_ = true;
  until_ = lease_asked + lease_;
}

void RegistrationRules::written(BootTime now) {
  tick(now);
  if (stage_ == Stage::arriving || stage_ == Stage::registering) stage_ = Stage::registered;
  has_predecessor_ = false;
  follow_health();
}

void RegistrationRules::not_written() {
  has_key_ = false;
  if (stage_ == Stage::failing && !stopping_) stage_ = Stage::waiting;
}

void RegistrationRules::confirmed(BootTime asked, BootTime now) {
  tick(now);
  if (!is_lost()) until_ = std::max(until_, asked + lease_);
}

void RegistrationRules::gone(KeyLoss how) {
  has_key_ = false;
  if (stage_ == Stage::releasing) {
    released();
  } else if (!is_lost()) {
    lose(how);
  }
}

void RegistrationRules::lose(KeyLoss how) {
  has_predecessor_ = false;
  stage_ = Stage::lost;
  loss_ = how;
}

// ---- Stopping ----

// What was found out about the node before counts for nothing any more.
void RegistrationRules::stop_ended(bool succeeded) {
  ASSERT(stopping_);
  stopping_ = false;
  if (!succeeded) return follow_health();
  suppose_down();
  stage_ = has_key_ ? Stage::releasing : Stage::waiting;
}

void RegistrationRules::released() {
  has_key_ = false;
  if (stage_ != Stage::releasing) return;
  stage_ = Stage::waiting;
  follow_health();
}

const char* to_string(RegistrationRules::Stage stage) {
  using enum RegistrationRules::Stage;
  switch (stage) {
    case arriving:
      return "arriving";
    case waiting:
      return "waiting";
    case registering:
      return "registering";
    case registered:
      return "registered";
    case failing:
      return "failing";
    case lost:
      return "lost";
    case releasing:
      return "releasing";
  }
  ASSERT(false);
  return "";
}

}  // namespace stickler::cluster
