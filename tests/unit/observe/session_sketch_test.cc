// SPDX-License-Identifier: MIT
#include "observe/session_sketch.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "balance/rendezvous.h"

namespace stickler::observe {
namespace {

constexpr std::uint32_t kMinute = 29'000'000;

class Sketch : public testing::Test {
 protected:
  // Sessions from `first` on, each a few times.
  void see(std::uint64_t first, std::uint64_t count, std::uint32_t minute) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      const std::uint64_t key = balance::hash_bytes(std::to_string(i));
      for (int times = 0; times < 3; ++times) sketch_->saw(key, minute);
    }
  }
  double seen(std::uint32_t now = kMinute, std::uint32_t window = 15) const {
    SessionSketch::Places places;
    sketch_->collect(now, window, places);
    return static_cast<double>(estimated_sessions(places));
  }

  std::unique_ptr<SessionSketch> sketch_ = std::make_unique<SessionSketch>();
};

TEST_F(Sketch, CountsEachSessionOnce) {
  EXPECT_EQ(seen(), 0);
  see(0, 1, kMinute);
  EXPECT_EQ(seen(), 1);
  see(0, 12, kMinute);
  EXPECT_NEAR(seen(), 12, 1);
}

TEST_F(Sketch, IsOffByFewPercentUpToFiftyThousand) {
  see(0, 1000, kMinute);
  EXPECT_NEAR(seen(), 1000, 40);
  see(1000, 9000, kMinute);
  EXPECT_NEAR(seen(), 10'000, 400);
  see(10'000, 40'000, kMinute);
  EXPECT_NEAR(seen(), 50'000, 6000);
}

TEST_F(Sketch, SaysItsBoundIfThereAreTooMany) {
  see(0, 500'000, kMinute);
  EXPECT_GT(seen(), 70'000);
}

TEST_F(Sketch, ForgetsWhoWasNotSeenForAQuarterOfAnHour) {
  see(0, 100, kMinute);
  EXPECT_NEAR(seen(kMinute + 14), 100, 3);
  EXPECT_EQ(seen(kMinute + 15), 0);
  see(1000, 5, kMinute + 14);
  EXPECT_NEAR(seen(kMinute + 14), 105, 3);
  EXPECT_NEAR(seen(kMinute + 15), 5, 1);
  see(1000, 5, kMinute + 16);
  EXPECT_NEAR(seen(kMinute + 16), 5, 1);
}

TEST_F(Sketch, TellsShorterTimesToo) {
  see(0, 50, kMinute - 5);
  see(50, 20, kMinute);
  EXPECT_NEAR(seen(kMinute, 5), 20, 1);
  EXPECT_NEAR(seen(kMinute, 6), 70, 3);
}

// Stamps are bytes: an old one must never look like a new one.
TEST_F(Sketch, ForgetsHoweverLongItWasIdle) {
  for (std::uint32_t idle = 15; idle < 600; ++idle) {
    sketch_ = std::make_unique<SessionSketch>();
    see(0, 10, kMinute);
    EXPECT_EQ(seen(kMinute + idle), 0);
    see(10, 1, kMinute + idle);
    EXPECT_EQ(seen(kMinute + idle), 1) << idle;
  }
}

TEST_F(Sketch, EndsWhatWasSeenMinuteByMinute) {
  for (std::uint32_t minute = 0; minute < 1000; ++minute) {
    see(minute * 10, 10, kMinute + minute);
    EXPECT_NEAR(seen(kMinute + minute), 10 * std::min(minute + 1, 15U), 6) << minute;
  }
}

TEST_F(Sketch, TakesAClockThatIsSetBackALittle) {
  see(0, 10, kMinute);
  see(10, 10, kMinute - 1);
  EXPECT_NEAR(seen(kMinute), 20, 1);
  see(20, 10, kMinute - 100);
  EXPECT_NEAR(seen(kMinute - 100), 10, 1);
}

}  // namespace
}  // namespace stickler::observe
