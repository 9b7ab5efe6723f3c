// SPDX-License-Identifier: MIT
#include "backend/check_pace.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace stickler::backend {
namespace {

using std::chrono::seconds;

TEST(CheckPace, FollowsTheStateOfTheServer) {
  config::Check settings;
  settings.interval = seconds(10);
  settings.fast_interval = seconds(1);
  settings.down_interval = seconds(5);
  const std::map<Health, Duration> kPauses = {{Health::unknown, seconds(1)},
                                              {Health::up, seconds(10)},
                                              {Health::going_down, seconds(1)},
                                              {Health::down, seconds(5)},
                                              {Health::going_up, seconds(1)}};
  for (auto [health, pause] : kPauses) EXPECT_EQ(pause_after_check(settings, health), pause);
}

TEST(CheckPace, NoTwoServersWaitTheSameShareAndNoneMoreThanAPause) {
  std::set<Duration> shares;
  for (std::size_t position = 0; position < 7; ++position) {
    shares.insert(CheckTurn{position, 7}.share_of(seconds(2)));
  }
  EXPECT_EQ(shares.size(), 7U);
  EXPECT_GT(*shares.begin(), Duration::zero());
  EXPECT_EQ(*shares.rbegin(), seconds(2));
}

TEST(CheckPace, AShareIsNeverNothing) {
  EXPECT_GT((CheckTurn{0, 100}.share_of(Duration{1})), kNoLimit);
}

}  // namespace
}  // namespace stickler::backend
