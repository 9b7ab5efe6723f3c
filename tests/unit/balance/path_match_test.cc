// SPDX-License-Identifier: MIT
#include "balance/path_match.h"

#include <gtest/gtest.h>

#include "balance/test_routes.h"

namespace stickler::balance {
namespace {

std::string normal(std::string_view path) {
  std::string scratch;
  return std::string(normalize_path(path, scratch));
}

bool fits(const Route& route, std::string_view normal_path) {
  return PathMatch::compile(route).value().fits(normal_path);
}

TEST(NormalizePath, LeavesANormalPathWhereItIs) {
  std::string scratch = "untouched";
  for (std::string_view path : {"/", "/git/", "/a/b.c/d..", "*", "/~a-b_c!$&'()+,;=:@"}) {
    EXPECT_EQ(normalize_path(path, scratch).data(), path.data());
  }
  EXPECT_EQ(scratch, "untouched");
}

TEST(NormalizePath, DecodesUnreservedCharactersOnly) {
  EXPECT_EQ(normal("/%67it/%2D%2e%5f%7E%41%5A%7a%30"), "/git/-._~AZz0");
  EXPECT_EQ(normal("/a%2fb%3F%25%20%00%c3"), "/a%2Fb%3F%25%20%00%C3");
  EXPECT_EQ(normal("/%2567it"), "/%2567it");
}

TEST(NormalizePath, LeavesBrokenEscapesAlone) {
  for (auto path : {"/%", "/%6", "/%g7it", "/%6git", "/a%%"}) EXPECT_EQ(normal(path), path);
  EXPECT_EQ(normal("/%%67it"), "/%git");
  EXPECT_EQ(normal(std::string_view("/%67").substr(0, 3)), "/%6");
}

TEST(NormalizePath, MergesSlashes) {
  EXPECT_EQ(normal("//git/"), "/git/");
  EXPECT_EQ(normal("/git///a//"), "/git/a/");
  EXPECT_EQ(normal("//"), "/");
}

TEST(NormalizePath, ResolvesDotSegmentsNeverAboveTheRoot) {
  EXPECT_EQ(normal("/x/../git/"), "/git/");
  EXPECT_EQ(normal("/./git/./a"), "/git/a");
  EXPECT_EQ(normal("/a/b/.."), "/a/");
  EXPECT_EQ(normal("/a/b/."), "/a/b/");
  EXPECT_EQ(normal("/../../git"), "/git");
  EXPECT_EQ(normal("/.."), "/");
  EXPECT_EQ(normal("/a/../.."), "/");
}

TEST(NormalizePath, ResolvesDotSegmentsThatWereEscaped) {
  EXPECT_EQ(normal("/x/%2e%2E/git/"), "/git/");
  EXPECT_EQ(normal("/x/.%2e//%67it/"), "/git/");
}

TEST(NormalizePath, KeepsNamesThatOnlyBeginWithDots) {
  EXPECT_EQ(normal("/.git/.../..a/b.."), "/.git/.../..a/b..");
}

TEST(NormalizePath, GivesOfASmallAlphabetAlwaysAPathThatIsNormal) {
  constexpr std::string_view kPieces[] = {"/", ".", "a", "%2e", "%2f", "%", "6"};
  constexpr std::size_t kCount = std::size(kPieces);
  for (std::size_t n = 0; n < kCount * kCount * kCount * kCount * kCount; ++n) {
    std::string path = "/";
    for (std::size_t rest = n, i = 0; i < 5; ++i, rest /= kCount) path += kPieces[rest % kCount];
    std::string once = normal(path);
    ASSERT_EQ(once[0], '/') << path;
    ASSERT_EQ((once + "/").find("//"), once.ends_with('/') ? once.size() - 1 : std::string::npos);
    ASSERT_EQ((once + "/").find("/../"), std::string::npos) << path;
    ASSERT_EQ((once + "/").find("/./"), std::string::npos) << path;
  }
}

TEST(PathMatch, FitsAnyPathWithoutConditions) { EXPECT_TRUE(fits(Route(), "/any")); }

TEST(PathMatch, ComparesExactPathsWhole) {
  Route route = with(&Route::paths, {"/status", "/h%65alth"});
  EXPECT_TRUE(fits(route, "/status"));
  EXPECT_TRUE(fits(route, "/health"));
  for (auto path : {"/status/", "/Status", "/statu", "/"}) EXPECT_FALSE(fits(route, path)) << path;
}

TEST(PathMatch, ComparesPrefixes) {
  Route route = with(&Route::path_prefixes, {"/git/", "/.well"});
  EXPECT_TRUE(fits(route, "/git/"));
  EXPECT_TRUE(fits(route, "/git/a"));
  EXPECT_TRUE(fits(route, "/.well-known/x"));
  for (auto path : {"/git", "/GIT/", "/a/git/", "/"}) EXPECT_FALSE(fits(route, path)) << path;
}

TEST(PathMatch, TakesAPrefixThatEndsInsideASegmentAsItIs) {
  Route route = with(&Route::path_prefixes, {"/."});
  EXPECT_TRUE(fits(route, "/.git"));
  EXPECT_FALSE(fits(route, "/a"));
}

TEST(PathMatch, WantsTheRegularExpressionToFitTheWholePath) {
  Route route = with(&Route::path_regex, "/project/[0-9a-f]+");
  EXPECT_TRUE(fits(route, "/project/65f0"));
  for (auto path : {"/project/65f0/", "/x/project/65f0", "/project/"}) {
    EXPECT_FALSE(fits(route, path)) << path;
  }
}

TEST(PathMatch, LetsNoByteSlipPastADot) {
  EXPECT_TRUE(fits(with(&Route::path_regex, "/git/.*"), "/git/\xff\xc3"));
}

TEST(PathMatch, WantsEveryKindOfConditionToFit) {
  Route prefix = with(&Route::path_prefixes, {"/git/"});
  Route route = with(&Route::path_regex, ".*\\.pack", prefix);
  EXPECT_TRUE(fits(route, "/git/a.pack"));
  EXPECT_FALSE(fits(route, "/git/a"));
  EXPECT_FALSE(fits(route, "/a.pack"));
}

TEST(PathMatch, ReportsARegularExpressionThatDoesNotCompile) {
  EXPECT_EQ(PathMatch::compile(with(&Route::path_regex, "/(git")).error(), "missing ): /(git");
}

}  // namespace
}  // namespace stickler::balance
