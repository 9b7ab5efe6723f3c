// SPDX-License-Identifier: MIT
#include "http/date.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::http {
namespace {

std::string date_of(std::time_t seconds) {
  const auto text = format_http_date(seconds);
  return {text.begin(), text.end()};
}

// By the C library, in its "C" locale, which tests run in.
std::string reference(std::time_t seconds) {
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

TEST(AnHttpDate, LooksAsTheRfcSays) {
  EXPECT_EQ(date_of(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date_of(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(AnHttpDate, IsRightForEveryDayOfTwoCenturies) {
  for (std::time_t day = 0; day < 200 * 366; ++day) {
    const std::time_t seconds = day * 86400 + (day * 7919) % 86400;
    ASSERT_EQ(date_of(seconds), reference(seconds));
  }
}

TEST(AnHttpDate, IsRightForEverySecondOfADay) {
  for (std::time_t second = 0; second < 86400; ++second) {
    ASSERT_EQ(date_of(1709164800 + second), reference(1709164800 + second));
  }
}

TEST(AnHttpDate, StaysWithinYearsOfFourDigits) {
  EXPECT_EQ(date_of(std::time_t{1} << 60), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(date_of(-(std::time_t{1} << 60)), "Sat, 01 Jan 0000 00:00:00 GMT");
}

}  // namespace
}  // namespace stickler::http
