// SPDX-License-Identifier: MIT
#include "observe/rate.h"

#include <gtest/gtest.h>

#include <chrono>

namespace stickler::observe {
namespace {

constexpr std::uint32_t kSecond = 1'800'000'000;

std::uint64_t per_second(const Rate& rate, std::uint32_t second, Duration passed) {
  RateTotal total;
  total.add(rate, second);
  return total.at(passed);
}

void count(Rate& rate, std::uint32_t second, int times) {
  for (int i = 0; i < times; ++i) rate.count(second);
}

TEST(Rate, TakesWhatIsStillToComeFromTheSecondBefore) {
  Rate rate;
  count(rate, kSecond - 1, 100);
  count(rate, kSecond, 10);
  EXPECT_EQ(per_second(rate, kSecond, std::chrono::milliseconds(0)), 110U);
  EXPECT_EQ(per_second(rate, kSecond, std::chrono::milliseconds(250)), 85U);
  EXPECT_EQ(per_second(rate, kSecond + 1, std::chrono::milliseconds(500)), 5U);
  EXPECT_EQ(per_second(rate, kSecond + 2, std::chrono::milliseconds(0)), 0U);
}

TEST(Rate, KnowsTheLastFewSecondsForWhoLooksLate) {
  Rate rate;
  count(rate, kSecond, 3);
  count(rate, kSecond + 1, 4);
  count(rate, kSecond + 2, 5);
  EXPECT_EQ(rate.in(kSecond), 3U);
  EXPECT_EQ(rate.in(kSecond + 1), 4U);
  count(rate, kSecond + 4, 1);
  EXPECT_EQ(rate.in(kSecond), 0U);
}

TEST(Rate, SaysWhenItHappenedLast) {
  Rate rate;
  EXPECT_EQ(rate.last(), 0U);
  rate.count(kSecond);
  rate.count(kSecond + 7);
  EXPECT_EQ(rate.last(), kSecond + 7);
}

TEST(Rate, AddsUpOverWorkers) {
  Rate one;
  Rate other;
  count(one, kSecond, 2);
  count(other, kSecond, 3);
  count(other, kSecond - 1, 10);
  RateTotal total;
  total.add(one, kSecond);
  total.add(other, kSecond);
  EXPECT_EQ(total.at(std::chrono::milliseconds(900)), 6U);
  EXPECT_EQ(total.last, kSecond);
}

}  // namespace
}  // namespace stickler::observe
