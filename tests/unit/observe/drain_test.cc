// SPDX-License-Identifier: MIT
#include "observe/drain.h"

#include <gtest/gtest.h>

namespace stickler::observe {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kBegan{};

Occupants with_sessions(std::uint64_t sessions) { return {sessions, 0, 0}; }

TEST(Drain, KnowsNoRateBeforeItHasSeenTwice) {
  Drain drain(kBegan);
  EXPECT_FALSE(drain.decay());
  drain.sample(with_sessions(10), kBegan);
  EXPECT_FALSE(drain.decay());
  EXPECT_FALSE(drain.until_empty());
}

TEST(Drain, SaysWhenTheLastWillHaveGone) {
  Drain drain(kBegan);
  drain.sample(with_sessions(30), kBegan);
  drain.sample(with_sessions(20), kBegan + minutes(5));
  EXPECT_DOUBLE_EQ(*drain.decay(), 2.0);
  EXPECT_EQ(drain.until_empty(), minutes(10));
}

TEST(Drain, PromisesNothingWhileNobodyLeaves) {
  Drain drain(kBegan);
  drain.sample(with_sessions(10), kBegan);
  drain.sample(with_sessions(12), kBegan + minutes(1));
  EXPECT_DOUBLE_EQ(*drain.decay(), -2.0);
  EXPECT_FALSE(drain.until_empty());
}

TEST(Drain, ForgetsHowItWasLongAgo) {
  Drain drain(kBegan);
  drain.sample(with_sessions(1000), kBegan);
  drain.sample(with_sessions(30), kBegan + minutes(16));
  drain.sample(with_sessions(20), kBegan + minutes(26));
  EXPECT_DOUBLE_EQ(*drain.decay(), 1.0);
}

TEST(Drain, CountsATunnelAndItsSessionOnce) {
  EXPECT_EQ((Occupants{5, 3, 1}.left()), 5U);
  EXPECT_EQ((Occupants{2, 3, 1}.left()), 3U);
  EXPECT_FALSE((Occupants{0, 0, 1}.none()));
  EXPECT_TRUE(Occupants{}.none());
}

TEST(DrainReport, IsOneLine) {
  DrainReport report{"drain", {11, 9, 2}, 0.64, minutes(17) + seconds(1), seconds(59)};
  EXPECT_EQ(to_line(report),
            "state=drain sessions=11 tunnels=9 requests=2 decay=0.6/min empty_in=18m limit_in=59s");
  EXPECT_EQ(to_line({"ready", {}, {}, {}, {}}), "state=ready sessions=0 tunnels=0 requests=0");
}

}  // namespace
}  // namespace stickler::observe
