// SPDX-License-Identifier: MIT
#include "cluster/balancer_standing.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;
using Standing = BalancerStanding::Stage;

// Seconds since some moment; vouched for 54, awaited for 66.
constexpr BootTime at(int seconds) { return BootTime(std::chrono::seconds(seconds)); }
constexpr Terms kTerms{60s, 6s};

BalancerStanding serving() {
  BalancerStanding standing(kTerms);
  standing.acknowledged(at(100), at(101));
  standing.adopt(7, at(102));
  return standing;
}

TEST(BalancerStanding, WhoWaitsWaitsForLongerThanAnybodyVouches) {
  EXPECT_EQ(kTerms.vouched(), 54s);
  EXPECT_EQ(kTerms.awaited(), 66s);
}

TEST(BalancerStanding, RegistersThenReadsThenServes) {
  BalancerStanding standing(kTerms);
  EXPECT_EQ(standing.stage(), Standing::absent);
  standing.acknowledged(at(100), at(101));
  EXPECT_EQ(standing.stage(), Standing::registered);
  EXPECT_FALSE(standing.vouches(at(101)));
  standing.adopt(7, at(102));
  EXPECT_EQ(standing.stage(), Standing::serving);
  EXPECT_EQ(standing.obeys(), 7U);
  EXPECT_TRUE(standing.vouches(at(102)));
}

TEST(BalancerStanding, WhatWasReadBeforeItRegisteredCountsForNothing) {
  BalancerStanding standing(kTerms);
  standing.adopt(7, at(100));
  EXPECT_EQ(standing, BalancerStanding(kTerms));
  standing.acknowledged(at(100), at(101));
  EXPECT_FALSE(standing.vouches(at(101)));
}

TEST(BalancerStanding, ItsTimeBeginsWhenTheHeartbeatWasSent) {
  const BalancerStanding standing = serving();
  EXPECT_EQ(standing.until(), at(154));
  EXPECT_TRUE(standing.vouches(at(154) - 1us));
  EXPECT_FALSE(standing.vouches(at(154)));
}

TEST(BalancerStanding, EachHeartbeatProlongsIt) {
  BalancerStanding standing = serving();
  standing.acknowledged(at(120), at(121));
  EXPECT_EQ(standing.until(), at(174));
  EXPECT_EQ(standing.obeys(), 7U);
}

TEST(BalancerStanding, AnEarlierHeartbeatDoesNotShortenIt) {
  BalancerStanding standing = serving();
  standing.acknowledged(at(120), at(121));
  standing.acknowledged(at(110), at(122));
  EXPECT_EQ(standing.until(), at(174));
}

TEST(BalancerStanding, AnAcknowledgementThatComesTooLateIsNoRegistration) {
  BalancerStanding standing(kTerms);
  standing.acknowledged(at(100), at(154));
  EXPECT_EQ(standing.stage(), Standing::absent);
}

TEST(BalancerStanding, WhoseTimeWasOverBeginsAnew) {
  BalancerStanding standing = serving();
  standing.acknowledged(at(150), at(154));
  EXPECT_EQ(standing.stage(), Standing::registered);
  EXPECT_EQ(standing.obeys(), 0U);
  EXPECT_FALSE(standing.vouches(at(154)));
}

TEST(BalancerStanding, WhatIsReadAfterItsTimeIsNotServed) {
  BalancerStanding standing = serving();
  standing.adopt(8, at(154));
  EXPECT_EQ(standing.stage(), Standing::absent);
  EXPECT_EQ(standing.obeys(), 0U);
}

TEST(BalancerStanding, ObeysALaterAssignmentWithoutGainingTime) {
  BalancerStanding standing = serving();
  standing.adopt(8, at(150));
  EXPECT_EQ(standing.obeys(), 8U);
  EXPECT_EQ(standing.until(), at(154));
}

TEST(BalancerStanding, SilenceForgetsEverything) {
  BalancerStanding standing = serving();
  standing.fall_silent();
  EXPECT_EQ(standing, BalancerStanding(kTerms));
  EXPECT_FALSE(standing.vouches(at(102)));
}

TEST(BalancerStandingDeathTest, NothingOlderThanWhatIsObeyedMayBeGiven) {
  BalancerStanding standing = serving();
  EXPECT_DEATH(standing.adopt(6, at(103)), "epoch >= obeys_");
}

}  // namespace
}  // namespace stickler::cluster
