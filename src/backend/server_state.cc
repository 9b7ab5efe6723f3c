// SPDX-License-Identifier: MIT
#include "backend/server_state.h"

#include <array>
#include <cstddef>

#include "base/assert.h"

namespace stickler::backend {
namespace {

//               passed            failed                   failed, `fall` in a row
//    unknown ───────────► up ───────────────► going_down ──────────────────────────┐
//       │                 ▲ ◄─────────────────────┘                                │
//       │                 │         passed                                         │
//       │ failed          │                                                        ▼
//       ├─────────────────┼──────────────────────────────────────────────────────► down
//                         │                                           failed      ▲ │
//                         │                     ┌─────────────────────────────────┘ │
//                         └────────────────── going_up ◄────────────────────────────┘
//                          passed, `rise` in a row               passed
//
// With `fall` or `rise` of 1 the state between is left out.

enum class Needed : std::uint8_t { one, rise, fall };

struct Step {
  Health meanwhile;  // until as many as needed have come in a row
  Health then;
  Needed needed;
};

struct Row {
  Step passed;
  Step failed;
};

using enum Health;

constexpr Step kStaysOrComesUp{up, up, Needed::one};
constexpr Step kStaysOrGoesDown{down, down, Needed::one};
constexpr Step kOneMoreOnTheWayUp{going_up, up, Needed::rise};
constexpr Step kOneMoreOnTheWayDown{going_down, down, Needed::fall};

constexpr std::array<Row, 5> kSteps{{
    /* unknown    */ {kStaysOrComesUp, kStaysOrGoesDown},
    /* up         */ {kStaysOrComesUp, kOneMoreOnTheWayDown},
    /* going_down */ {kStaysOrComesUp, kOneMoreOnTheWayDown},
    /* down       */ {kOneMoreOnTheWayUp, kStaysOrGoesDown},
    /* going_up   */ {kOneMoreOnTheWayUp, kStaysOrGoesDown},
}};

bool between(Health health) { return health == going_up || health == going_down; }
bool takes_requests(Health health) { return health == up || health == going_down; }

}  // namespace

std::string_view describe(Admin admin) {
  switch (admin) {
    case Admin::ready:
      return "READY";
    case Admin::drain:
      return "DRAIN";
    case Admin::maint:
      return "MAINT";
  }
  ASSERT(false);
  return {};
}

bool HealthChange::came_up() const { return !takes_requests(before) && takes_requests(after); }
bool HealthChange::went_down() const {
  return after == down && (takes_requests(before) || before == unknown);
}

ServerState::ServerState(unsigned rise, unsigned fall, Admin admin)
    : rise_(rise), fall_(fall), admin_(admin) {
  ASSERT(rise > 0 && fall > 0);
}

ServerState::ServerState(unsigned rise, unsigned fall, const ServerState& before)
    : ServerState(rise, fall, before.admin_) {
  health_ = before.health_;
  in_a_row_ = before.in_a_row_;
}

HealthChange ServerState::apply(CheckEvent event) {
  ASSERT(between(health_) == (in_a_row_ > 0));
  const Row& row = kSteps[static_cast<std::size_t>(health_)];
  const Step& step = event == CheckEvent::passed ? row.passed : row.failed;
  unsigned needed = 1;
  if (step.needed == Needed::rise) needed = rise_;
  if (step.needed == Needed::fall) needed = fall_;

  const unsigned in_a_row = health_ == step.meanwhile ? in_a_row_ + 1 : 1;
  const Health after = in_a_row < needed ? step.meanwhile : step.then;
  HealthChange change{health_, after, in_a_row, needed};
  health_ = after;
  in_a_row_ = between(after) ? in_a_row : 0;
  return change;
}

balance::Availability ServerState::availability() const {
  using balance::Availability;
  if (admin_ == Admin::maint) return Availability::maint;
  if (health_ == unknown) return Availability::unknown;
  if (!takes_requests(health_)) return Availability::down;
  return admin_ == Admin::drain ? Availability::drain : Availability::up;
}

}  // namespace stickler::backend
