// SPDX-License-Identifier: MIT
#include "backend/server_state.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace stickler::backend {
namespace {

using balance::Availability;

constexpr unsigned kRise = 2;
constexpr unsigned kFall = 3;

// Applies 'p'assed and 'f'ailed checks in order.
HealthChange run(ServerState& state, std::string_view checks) {
  HealthChange last;
  for (char check : checks) {
    last = state.apply(check == 'p' ? CheckEvent::passed : CheckEvent::failed);
  }
  return last;
}

ServerState after(std::string_view checks, Admin admin = Admin::ready) {
  ServerState state(kRise, kFall, admin);
  run(state, checks);
  return state;
}

Health health_after(std::string_view checks) { return after(checks).health(); }

TEST(ServerState, IsUnknownBeforeItsFirstCheck) {
  EXPECT_EQ(health_after(""), Health::unknown);
  EXPECT_EQ(after("").availability(), Availability::unknown);
}

TEST(ServerState, FirstCheckDecidesAtOnceInBothDirections) {
  EXPECT_EQ(health_after("p"), Health::up);
  EXPECT_EQ(health_after("f"), Health::down);
}

TEST(ServerState, GoesDownAfterFallFailuresInARow) {
  EXPECT_EQ(health_after("pf"), Health::going_down);
  EXPECT_EQ(health_after("pff"), Health::going_down);
  EXPECT_EQ(health_after("pfff"), Health::down);
  EXPECT_EQ(health_after("pffff"), Health::down);
}

TEST(ServerState, OneSuccessOnTheWayDownForgivesAll) {
  EXPECT_EQ(health_after("pffp"), Health::up);
  EXPECT_EQ(health_after("pffpff"), Health::going_down);
}

TEST(ServerState, ComesUpAfterRiseSuccessesInARow) {
  EXPECT_EQ(health_after("fp"), Health::going_up);
  EXPECT_EQ(health_after("fpp"), Health::up);
}

TEST(ServerState, OneFailureOnTheWayUpBeginsAnew) {
  EXPECT_EQ(health_after("fpf"), Health::down);
  EXPECT_EQ(health_after("fpfp"), Health::going_up);
}

TEST(ServerState, RiseAndFallOfOneLeaveOutTheStatesBetween) {
  ServerState state(1, 1, Admin::ready);
  EXPECT_EQ(run(state, "pf").after, Health::down);
  EXPECT_EQ(run(state, "p").after, Health::up);
}

// What the counters must make of any history, said without states: it goes by the last `rise` or
// `fall` answers and by where it was.
bool usable_after(std::string_view checks) {
  bool usable = false;
  for (std::size_t end = 1; end <= checks.size(); ++end) {
    std::string_view seen = checks.substr(0, end);
    if (end == 1) usable = seen == "p";
    if (usable && seen.ends_with(std::string(kFall, 'f'))) usable = false;
    if (!usable && seen.ends_with(std::string(kRise, 'p'))) usable = true;
  }
  return usable;
}

TEST(ServerState, EveryHistoryOfTenChecksEndsWhereItsLastAnswersSay) {
  for (unsigned history = 0; history < 1U << 10; ++history) {
    std::string checks;
    for (unsigned at = 0; at < 10; ++at) checks += (history >> at & 1U) != 0 ? 'p' : 'f';
    bool usable = after(checks).availability() == Availability::up;
    ASSERT_EQ(usable, usable_after(checks)) << checks;
  }
}

TEST(ServerState, SaysWhetherACheckChangedWhoTakesRequests) {
  for (std::string checks : {"p", "fpp"}) {
    ServerState state = after(checks.substr(0, checks.size() - 1));
    EXPECT_TRUE(run(state, "p").came_up()) << checks;
  }
  for (std::string checks : {"f", "pfff"}) {
    ServerState state = after(checks.substr(0, checks.size() - 1));
    EXPECT_TRUE(run(state, "f").went_down()) << checks;
  }
}

TEST(ServerState, SaysNothingHappenedWhenACheckOnlyBeganOrUndidAChange) {
  for (std::string checks : {"pp", "pf", "pff", "pffp", "ff", "fp", "fpf"}) {
    ServerState state = after(checks.substr(0, checks.size() - 1));
    HealthChange change = run(state, checks.substr(checks.size() - 1));
    EXPECT_FALSE(change.came_up() || change.went_down()) << checks;
  }
}

TEST(ServerState, CountsTheChecksThatLedToAChange) {
  ServerState state = after("pff");
  HealthChange change = run(state, "f");
  EXPECT_EQ(change.in_a_row, kFall);
  EXPECT_EQ(change.needed, kFall);
  EXPECT_EQ(run(state, "p").in_a_row, 1U);
  ServerState wavering = after("pff");
  EXPECT_EQ(run(wavering, "p").in_a_row, 1U);
}

TEST(ServerState, AdministrationStandsAboveHealth) {
  struct Case {
    Admin admin;
    std::string_view checks;
    Availability availability;
  };
  for (const Case& each :
       {Case{Admin::ready, "p", Availability::up}, Case{Admin::ready, "f", Availability::down},
        Case{Admin::drain, "", Availability::unknown}, Case{Admin::drain, "p", Availability::drain},
        Case{Admin::drain, "f", Availability::down}, Case{Admin::maint, "", Availability::maint},
        Case{Admin::maint, "p", Availability::maint},
        Case{Admin::maint, "f", Availability::maint}}) {
    EXPECT_EQ(after(each.checks, each.admin).availability(), each.availability) << each.checks;
  }
}

TEST(ServerState, KeepsItsHealthUnderAdministration) {
  ServerState state = after("p");
  state.set_admin(Admin::maint);
  state.set_admin(Admin::ready);
  EXPECT_EQ(state.availability(), Availability::up);
}

}  // namespace
}  // namespace stickler::backend
