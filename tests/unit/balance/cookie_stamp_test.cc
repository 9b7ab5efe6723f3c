// SPDX-License-Identifier: MIT
#include "balance/cookie_stamp.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

std::string stamp(std::time_t seconds) {
  std::string text;
  append_stamp(seconds, text);
  return text;
}

// All seen from HAProxy 2.6.
TEST(CookieStamp, IsWhatHaproxyWrites) {
  EXPECT_EQ(stamp(0), "AAAAA");
  for (std::time_t seconds : {1, 2, 3, 4}) EXPECT_EQ(stamp(seconds), "AAAAB");
  EXPECT_EQ(stamp(5), "AAAAC");
  EXPECT_EQ(stamp(1'700'000'000), "ZVPxA");
  for (std::time_t more : {1, 2, 3, 4}) EXPECT_EQ(stamp(1'700'000'000 + more), "ZVPxB");
  EXPECT_EQ(stamp(1'795'204'509), "awClo");
}

TEST(CookieStamp, ReadsBackRoundedUpToFourSeconds) {
  for (std::time_t seconds : {1L, 4L, 255L, 1'700'000'000L, 1'700'000'001L, 4'294'967'292L}) {
    EXPECT_EQ(parse_stamp(stamp(seconds)), (seconds + 3) / 4 * 4);
  }
}

TEST(CookieStamp, IgnoresWhatFollowsTheFifthDigit) {
  EXPECT_EQ(parse_stamp("ZVPxA|rest"), 1'700'000'000);
}

TEST(CookieStamp, IsNoDateIfShortOrZero) {
  for (auto text : {"", "Z", "ZVPx", "AAAAA"}) EXPECT_EQ(parse_stamp(text), std::nullopt) << text;
}

TEST(CookieStamp, TakesExactlyTheSixtyFourDigitsAtEveryPlace) {
  for (std::size_t place = 0; place < 5; ++place) {
    int good = 0;
    for (int c = 0; c < 256; ++c) {
      std::string text = "BBBBB";
      text[place] = static_cast<char>(c);
      if (parse_stamp(text)) ++good;
    }
    EXPECT_EQ(good, 64) << place;
  }
}

}  // namespace
}  // namespace stickler::balance
