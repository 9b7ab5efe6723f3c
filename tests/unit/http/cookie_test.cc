// SPDX-License-Identifier: MIT
#include "http/cookie.h"

#include <gtest/gtest.h>

namespace stickler::http {
namespace {

// "name=value" of each cookie read, in brackets.
std::string cookies_of(std::string_view field_value) {
  CookieReader reader(field_value);
  std::string text;
  while (const auto pair = reader.next()) {
    text.append("[").append(pair->name).append("=").append(pair->value).append("]");
  }
  return text;
}

// Where the cookies stand, each character of one replaced by '#'.
std::string places_of(std::string text) {
  const std::string value = text;
  CookieReader reader(value);
  while (const auto pair = reader.next()) {
    text.replace(pair->begin, pair->end - pair->begin, pair->end - pair->begin, '#');
  }
  return text;
}

std::string without_n(std::string_view field_value) {
  std::string out = "Cookie: ";
  const bool left = append_without_cookie(field_value, "N", out);
  EXPECT_EQ(left, out.size() > 8);
  return out.substr(8);
}

TEST(ACookieReader, SplitsAtSemicolonsAndCommas) {
  EXPECT_EQ(cookies_of("a=1; b=2;c=3,d=4, e=5"), "[a=1][b=2][c=3][d=4][e=5]");
}

TEST(ACookieReader, KeepsEverythingBehindTheFirstEqualsSign) {
  EXPECT_EQ(cookies_of("a=b=c; d=="), "[a=b=c][d==]");
}

TEST(ACookieReader, AcceptsWhiteSpaceAroundNamesAndValues) {
  EXPECT_EQ(cookies_of(" a = 1 ;\tb\t=\t2\t"), "[a=1][b=2]");
}

TEST(ACookieReader, SkipsWordsWithoutEqualsSignAndAttributes) {
  EXPECT_EQ(cookies_of("a; $Version=1; b=2; ; c"), "[b=2]");
  EXPECT_EQ(cookies_of(""), "");
  EXPECT_EQ(cookies_of(";,; "), "");
}

TEST(ACookieReader, FindsCookiesWithoutNameOrValue) { EXPECT_EQ(cookies_of("=1; b="), "[=1][b=]"); }

TEST(ACookieReader, DoesNotSplitInsideQuotes) {
  EXPECT_EQ(cookies_of("a=\"1;2,3\"; b=2"), "[a=\"1;2,3\"][b=2]");
  EXPECT_EQ(cookies_of("a=x\"1;\"y; b=2"), "[a=x\"1;\"y][b=2]");
  EXPECT_EQ(cookies_of("a=\"1\\\";2\"; b=2"), "[a=\"1\\\";2\"][b=2]");
}

TEST(ACookieReader, DoesNotLetAStrayQuoteHideTheCookiesBehindIt) {
  EXPECT_EQ(cookies_of("size=5\"; N=s2"), "[size=5\"][N=s2]");
  EXPECT_EQ(cookies_of("a=\"\\"), "[a=\"\\]");
}

TEST(ACookieReader, SaysWhereEachCookieStands) {
  EXPECT_EQ(places_of("a=1; x; b = 2 ,c="), "###; x; ##### ,##");
}

// Otherwise this would take hours.
TEST(ACookieReader, CoversLongRowsOfQuotesInOneGo) {
  std::string hostile = "a=\"";
  for (int i = 0; i < 1000000; ++i) hostile += "\\\"";
  EXPECT_EQ(cookies_of(hostile + ";b=2").substr(hostile.size() + 2), "[b=2]");
}

TEST(CuttingACookie, JoinsWhatStoodAroundIt) {
  EXPECT_EQ(without_n("a=1; N=s2; b=2"), "a=1; b=2");
  EXPECT_EQ(without_n("a=1;N=s2;b=2"), "a=1; b=2");
  EXPECT_EQ(without_n("a=1, N=s2, b=2"), "a=1; b=2");
  EXPECT_EQ(without_n("N=s2; b=2"), "b=2");
  EXPECT_EQ(without_n("a=1; N=s2"), "a=1");
}

TEST(CuttingACookie, TakesEveryOneOfThatName) {
  EXPECT_EQ(without_n("N=1; a=1; N=2; N=3; b=2; N=4"), "a=1; b=2");
  EXPECT_EQ(without_n("N = 1 ;N=2"), "");
  EXPECT_EQ(without_n("N=\"x;y\";a=1"), "a=1");
}

TEST(CuttingACookie, LeavesAllOtherBytesAlone) {
  EXPECT_EQ(without_n(" a=1;;x, b = \"N=2;\" ;"), " a=1;;x, b = \"N=2;\" ;");
  EXPECT_EQ(without_n("a=1;;b=2; N=3; c=4,,d=5;"), "a=1;;b=2; c=4,,d=5;");
  EXPECT_EQ(without_n("n=1; NN=2; xN=3; N"), "n=1; NN=2; xN=3; N");
}

TEST(ASetCookie, NamesItsCookie) {
  EXPECT_EQ(set_cookie_name("N=s2; path=/"), "N");
  EXPECT_EQ(set_cookie_name(" N = s2"), "N");
  EXPECT_EQ(set_cookie_name("N"), "");
  EXPECT_EQ(set_cookie_name("x; N=1"), "");
}

}  // namespace
}  // namespace stickler::http
