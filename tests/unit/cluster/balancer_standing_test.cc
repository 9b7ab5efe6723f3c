// SPDX-License-Identifier: MIT
#include "cluster/balancer_standing.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;
using Standing = BalancerStanding::Stage;

// Seconds since some moment; vouched for 54, awaited for 66.
constexpr BootTime boot_at(int seconds) { return BootTime(std::chrono::seconds(seconds)); }
constexpr Terms kTerms{60s, 6s};

BalancerStanding serving_standing() {
  BalancerStanding standing(kTerms);
  standing.acknowledged(boot_at(100), boot_at(101));
  standing.adopt(7, boot_at(102));
  return standing;
}

TEST(BalancerStanding, WhoWaitsWaitsForLongerThanAnybodyVouches) {
  EXPECT_EQ(kTerms.vouched(), 54s);
  EXPECT_EQ(kTerms.awaited(), 66s);
}

TEST(BalancerStanding, RegistersThenReadsThenServes) {
  BalancerStanding standing(kTerms);
  EXPECT_EQ(standing.stage(), Standing::absent);
  standing.acknowledged(boot_at(100), boot_at(101));
  EXPECT_EQ(standing.stage(), Standing::registered);
  EXPECT_FALSE(standing.vouches(boot_at(101)));
  standing.adopt(7, boot_at(102));
  EXPECT_EQ(standing.stage(), Standing::serving);
  EXPECT_EQ(standing.obeys(), 7U);
  EXPECT_TRUE(standing.vouches(boot_at(102)));
}

TEST(BalancerStanding, WhatWasReadBeforeItRegisteredCountsForNothing) {
  BalancerStanding standing(kTerms);
  standing.adopt(7, boot_at(100));
  EXPECT_EQ(standing, BalancerStanding(kTerms));
  standing.acknowledged(boot_at(100), boot_at(101));
  EXPECT_FALSE(standing.vouches(boot_at(101)));
}

TEST(BalancerStanding, ItsTimeBeginsWhenTheHeartbeatWasSent) {
  const BalancerStanding standing = serving_standing();
  EXPECT_EQ(standing.until(), boot_at(154));
  EXPECT_TRUE(standing.vouches(boot_at(154) - 1us));
  EXPECT_FALSE(standing.vouches(boot_at(154)));
}

TEST(BalancerStanding, EachHeartbeatProlongsIt) {
  BalancerStanding standing = serving_standing();
  standing.acknowledged(boot_at(120), boot_at(121));
  EXPECT_EQ(standing.until(), boot_at(174));
  EXPECT_EQ(standing.obeys(), 7U);
}

TEST(BalancerStanding, AnEarlierHeartbeatDoesNotShortenIt) {
  BalancerStanding standing = serving_standing();
  standing.acknowledged(boot_at(120), boot_at(121));
  standing.acknowledged(boot_at(110), boot_at(122));
  EXPECT_EQ(standing.until(), boot_at(174));
}

TEST(BalancerStanding, AnAcknowledgementThatComesTooLateIsNoRegistration) {
  BalancerStanding standing(kTerms);
  standing.acknowledged(boot_at(100), boot_at(154));
  EXPECT_EQ(standing.stage(), Standing::absent);
}

TEST(BalancerStanding, WhoseTimeWasOverBeginsAnew) {
  BalancerStanding standing = serving_standing();
  standing.acknowledged(boot_at(150), boot_at(154));
  EXPECT_EQ(standing.stage(), Standing::registered);
  EXPECT_EQ(standing.obeys(), 0U);
  EXPECT_FALSE(standing.vouches(boot_at(154)));
}

TEST(BalancerStanding, WhatIsReadAfterItsTimeIsNotServed) {
  BalancerStanding standing = serving_standing();
  standing.adopt(8, boot_at(154));
  EXPECT_EQ(standing.stage(), Standing::absent);
  EXPECT_EQ(standing.obeys(), 0U);
}

TEST(BalancerStanding, ObeysALaterAssignmentWithoutGainingTime) {
  BalancerStanding standing = serving_standing();
  standing.adopt(8, boot_at(150));
  EXPECT_EQ(standing.obeys(), 8U);
  EXPECT_EQ(standing.until(), boot_at(154));
}

TEST(BalancerStanding, SilenceForgetsEverything) {
  BalancerStanding standing = serving_standing();
  standing.fall_silent();
  EXPECT_EQ(standing, BalancerStanding(kTerms));
  EXPECT_FALSE(standing.vouches(boot_at(102)));
}

TEST(BalancerStandingDeathTest, NothingOlderThanWhatIsObeyedMayBeGiven) {
  BalancerStanding standing = serving_standing();
  EXPECT_DEATH(standing.adopt(6, boot_at(103)), "epoch >= obeys_");
}

}  // namespace
}  // namespace stickler::cluster
