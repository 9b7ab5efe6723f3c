// SPDX-License-Identifier: MIT
#include "base/strings.h"

#include <gtest/gtest.h>

#include <cctype>

namespace stickler {
namespace {

TEST(Strings, KnowAsciiInEveryByte) {
  for (int byte = -128; byte < 128; ++byte) {
    char c = static_cast<char>(byte);
    bool ascii = byte >= 0;
    EXPECT_EQ(is_digit(c), ascii && std::isdigit(byte) != 0) << byte;
    EXPECT_EQ(to_lower(c), ascii ? static_cast<char>(std::tolower(byte)) : c) << byte;
  }
}

TEST(Strings, CompareIgnoringCase) {
  EXPECT_TRUE(equals_ignoring_case("Content-Length", "cONTENT-lENGTH"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("abc", "abcd"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Strings, TrimSpacesAndTabsOnly) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim(" \t "), "");
  EXPECT_EQ(trim("\r\na\n"), "\r\na\n");
}

TEST(Strings, TakeAPartAndLeaveTheRest) {
  std::string_view rest = "a|b||";
  EXPECT_EQ(take_until(rest, '|'), "a");
  EXPECT_EQ(take_until(rest, '|'), "b");
  EXPECT_EQ(take_until(rest, '|'), "");
  EXPECT_EQ(rest, "");
  rest = "whole";
  EXPECT_EQ(take_until(rest, '|'), "whole");
  EXPECT_EQ(rest, "");
}

TEST(Strings, LowerCase) { EXPECT_EQ(lower_case("Set-Cookie\xc4"), "set-cookie\xc4"); }

}  // namespace
}  // namespace stickler
