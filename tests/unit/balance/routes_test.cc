// SPDX-License-Identifier: MIT
#include "balance/routes.h"

#include <gtest/gtest.h>

#include "balance/test_routes.h"

namespace stickler::balance {
namespace {

http::RequestHead get(std::string_view path, std::string_view authority = "a.example") {
  http::RequestHead head;
  head.method_text = "GET";
  head.path = path;
  head.authority = authority;
  return head;
}

// The name of the first of `routes` that fits, or "".
std::string match(const std::vector<Route>& routes, const http::RequestHead& head) {
  auto compiled = Routes::compile(routes);
  const Route* route = compiled.value().match(head);
  return route == nullptr ? "" : route->name;
}

bool host_matches(const std::string& pattern, std::string_view authority) {
  return match({named("r", with(&Route::hosts, {pattern}))}, get("/", authority)) == "r";
}

TEST(Routes, TakeTheFirstThatFits) {
  std::vector<Route> routes = {named("git", with(&Route::path_prefixes, {"/git/"})), named("all"),
                               named("never", with(&Route::path_prefixes, {"/a"}))};
  EXPECT_EQ(match(routes, get("/git/x")), "git");
  EXPECT_EQ(match(routes, get("/a")), "all");
}

TEST(Routes, MatchNothingIfNoneFits) {
  EXPECT_EQ(match({}, get("/")), "");
  EXPECT_EQ(match({named("git", with(&Route::path_prefixes, {"/git/"}))}, get("/")), "");
}

TEST(Routes, PointAtTheConfiguration) {
  std::vector<Route> routes = {named("all")};
  EXPECT_EQ(Routes::compile(routes).value().match(get("/")), routes.data());
}

TEST(Routes, SeeThePathAsTheApplicationWill) {
  std::vector<Route> routes = {named("git", with(&Route::path_prefixes, {"/git/"}))};
  for (auto path : {"/%67it/x", "//git/x", "/a/../git/x", "/a/%2e./git/x"}) {
    EXPECT_EQ(match(routes, get(path)), "git") << path;
  }
}

TEST(Routes, CompareHostsInAnyCaseWithoutPortAndFinalDot) {
  for (auto authority :
       {"a.example", "A.Example", "a.example:8443", "a.example.", "a.example.:1"}) {
    EXPECT_TRUE(host_matches("a.Example", authority)) << authority;
  }
  for (auto authority : {"", "b.example", "x.a.example", "a.example.org"}) {
    EXPECT_FALSE(host_matches("a.example", authority)) << authority;
  }
}

TEST(Routes, CompareIpv6HostsWithoutPort) {
  EXPECT_TRUE(host_matches("[::1]", "[::1]:80"));
  EXPECT_TRUE(host_matches("[::1]", "[::1]"));
  EXPECT_FALSE(host_matches("[::1]", "[::2]:80"));
}

TEST(Routes, TakeAWildcardForSubdomainsOnly) {
  EXPECT_TRUE(host_matches("*.example.com", "a.EXAMPLE.com:80"));
  EXPECT_TRUE(host_matches("*.example.com", "a.b.example.com"));
  for (auto authority : {"example.com", ".example.com", "aexample.com", "a.example.com.evil"}) {
    EXPECT_FALSE(host_matches("*.example.com", authority)) << authority;
  }
}

TEST(Routes, CompareMethodsInTheirCase) {
  std::vector<Route> routes = {named("r", with(&Route::methods, {"GET", "PURGE"}))};
  for (std::string_view method : {"GET", "PURGE", "get", "POST"}) {
    http::RequestHead head = get("/");
    head.method_text = method;
    EXPECT_EQ(match(routes, head) == "r", method == "GET" || method == "PURGE") << method;
  }
}

class RoutesByField : public testing::Test {
 protected:
  bool fits(const std::vector<config::FieldMatch>& wanted) const {
    return match({named("r", with(&Route::fields, wanted))}, head_) == "r";
  }
  http::RequestHead head_ = [] {
    http::RequestHead head = get("/");
    head.fields = {{"Accept", "text/html"}, {"X-Beta", "no"}, {"x-beta", "Yes"}};
    return head;
  }();
};

TEST_F(RoutesByField, WantOneOfTheNameToHaveTheValue) {
  EXPECT_TRUE(fits({{"X-BETA", "Yes"}}));
  EXPECT_FALSE(fits({{"X-Beta", "yes"}}));
  EXPECT_FALSE(fits({{"X-Gamma", "Yes"}}));
}

TEST_F(RoutesByField, AreContentWithPresenceIfThereIsNoValue) {
  EXPECT_TRUE(fits({{"accept", ""}}));
  EXPECT_FALSE(fits({{"Authorization", ""}}));
}

TEST_F(RoutesByField, WantAllOfThem) {
  EXPECT_TRUE(fits({{"accept", ""}, {"x-beta", "no"}}));
  EXPECT_FALSE(fits({{"accept", ""}, {"x-beta", "maybe"}}));
}

// Sixteen requests; only the one in which each condition is met fits.
TEST(Routes, WantAllTheirConditionsTogether) {
  Route route = named("r", with(&Route::paths, {"/x"}));
  route.hosts = {"a.example"};
  route.methods = {"GET"};
  route.fields = {{"A", ""}};
  for (unsigned met = 0; met < 16; ++met) {
    http::RequestHead head = get(met & 1 ? "/x" : "/y", met & 2 ? "a.example" : "b.example");
    head.method_text = met & 4 ? "GET" : "PUT";
    if (met & 8) head.fields = {{"A", "1"}};
    EXPECT_EQ(match({route}, head) == "r", met == 15) << met;
  }
}

// The names of the routes looked at; those that do not fit with the number of the condition.
std::string judged(const std::vector<Route>& routes, const http::RequestHead& head) {
  std::string text;
  auto compiled = Routes::compile(routes);
  for (const RouteVerdict& verdict : compiled.value().judge(head)) {
    text += verdict.route->name;
    if (verdict.mismatch) text += std::to_string(static_cast<int>(verdict.mismatch->condition));
    text += " ";
  }
  return text;
}

TEST(Routes, SayWhichConditionIsNotMet) {
  std::vector<Route> routes = {named("host", with(&Route::hosts, {"b.example"})),
                               named("path", with(&Route::paths, {"/x"})),
                               named("prefix", with(&Route::path_prefixes, {"/x"})),
                               named("regex", with(&Route::path_regex, "/x.*")),
                               named("method", with(&Route::methods, {"PUT"})),
                               named("field", with(&Route::fields, {{"A", ""}}))};
  EXPECT_EQ(judged(routes, get("/")), "host0 path1 prefix2 regex3 method4 field5 ");
}

TEST(Routes, SayWhichFieldIsNotThere) {
  std::vector<Route> routes = {
      named("r", with(&Route::fields, {{"A", ""}, {"B", "1"}, {"C", ""}}))};
  http::RequestHead head = get("/");
  head.fields = {{"a", "x"}, {"b", "2"}};
  auto compiled = Routes::compile(routes);
  EXPECT_EQ(compiled.value().judge(head)[0].mismatch->field, &routes[0].fields[1]);
}

TEST(Routes, AreJudgedUpToTheFirstThatFits) {
  std::vector<Route> routes = {named("git", with(&Route::path_prefixes, {"/git/"})), named("all"),
                               named("never")};
  EXPECT_EQ(judged(routes, get("/")), "git2 all ");
  EXPECT_EQ(judged(routes, get("/git/x")), "git ");
}

TEST(Routes, NameTheSettingOfABadRegularExpression) {
  std::vector<Route> routes = {named("ok"), named("git", with(&Route::path_regex, "[a"))};
  EXPECT_EQ(Routes::compile(routes).error(), "routes.git.path_regex: missing ]: [a");
}

}  // namespace
}  // namespace stickler::balance
