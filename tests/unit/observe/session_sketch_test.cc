// SPDX-License-Identifier: MIT
#include "observe/session_sketch.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "balance/rendezvous.h"

namespace stickler::observe {
namespace {

constexpr std::uint32_t kNow = 29'000'000;  // minutes

class Sketch : public testing::Test {
 protected:
  // Sessions from `first` on, each a few times.
  void see(std::uint64_t first, std::uint64_t count, std::uint32_t minute) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      const std::uint64_t key = balance::hash_bytes(std::to_string(i));
      for (int times = 0; times < 3; ++times) sketch_->saw(key, minute);
    }
  }
  double seen(std::uint32_t now = kNow, std::uint32_t minutes = 15) const {
    SessionSketch::Places places;
    sketch_->collect(now, minutes, places);
    return static_cast<double>(estimated_sessions(places));
  }

  std::unique_ptr<SessionSketch> sketch_ = std::make_unique<SessionSketch>();
};

TEST_F(Sketch, CountsEachSessionOnce) {
  EXPECT_EQ(seen(), 0);
  see(0, 1, kNow);
  EXPECT_EQ(seen(), 1);
  see(0, 12, kNow);
  EXPECT_NEAR(seen(), 12, 1);
}

TEST_F(Sketch, IsOffByFewPercentUpToFiftyThousand) {
  see(0, 1000, kNow);
  EXPECT_NEAR(seen(), 1000, 40);
  see(1000, 9000, kNow);
  EXPECT_NEAR(seen(), 10'000, 400);
  see(10'000, 40'000, kNow);
  EXPECT_NEAR(seen(), 50'000, 6000);
}

TEST_F(Sketch, SaysItsBoundIfThereAreTooMany) {
  see(0, 500'000, kNow);
  EXPECT_GT(seen(), 70'000);
}

TEST_F(Sketch, ForgetsWhoWasNotSeenForAQuarterOfAnHour) {
  see(0, 100, kNow);
  EXPECT_NEAR(seen(kNow + 14), 100, 3);
  EXPECT_EQ(seen(kNow + 15), 0);
  see(1000, 5, kNow + 14);
  EXPECT_NEAR(seen(kNow + 14), 105, 3);
  EXPECT_NEAR(seen(kNow + 15), 5, 1);
  see(1000, 5, kNow + 16);
  EXPECT_NEAR(seen(kNow + 16), 5, 1);
}

TEST_F(Sketch, TellsShorterTimesToo) {
  see(0, 50, kNow - 5);
  see(50, 20, kNow);
  EXPECT_NEAR(seen(kNow, 5), 20, 1);
  EXPECT_NEAR(seen(kNow, 6), 70, 3);
}

// Stamps are bytes: an old one must never look like a new one.
TEST_F(Sketch, ForgetsHoweverLongItWasIdle) {
  for (std::uint32_t idle = 15; idle < 600; ++idle) {
    sketch_ = std::make_unique<SessionSketch>();
    see(0, 10, kNow);
    EXPECT_EQ(seen(kNow + idle), 0);
    see(10, 1, kNow + idle);
    EXPECT_EQ(seen(kNow + idle), 1) << idle;
  }
}

TEST_F(Sketch, EndsWhatWasSeenMinuteByMinute) {
  for (std::uint32_t minute = 0; minute < 1000; ++minute) {
    see(minute * 10, 10, kNow + minute);
    EXPECT_NEAR(seen(kNow + minute), 10 * std::min(minute + 1, 15U), 6) << minute;
  }
}

TEST_F(Sketch, TakesAClockThatIsSetBackALittle) {
  see(0, 10, kNow);
  see(10, 10, kNow - 1);
  EXPECT_NEAR(seen(kNow), 20, 1);
  see(20, 10, kNow - 100);
  EXPECT_NEAR(seen(kNow - 100), 10, 1);
}

}  // namespace
}  // namespace stickler::observe
