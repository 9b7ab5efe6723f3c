// SPDX-License-Identifier: MIT
// What fits one condition and another.
#include "haproxy/match.h"

#include <gtest/gtest.h>

namespace stickler::haproxy {
namespace {

using Texts = std::vector<std::string>;

Match hosts(Texts texts) {
  Match match;
  match.hosts = std::move(texts);
  return match;
}
Match paths(Texts texts) {
  Match match;
  match.paths = std::move(texts);
  return match;
}
Match prefixes(Texts texts) {
  Match match;
  match.prefixes = std::move(texts);
  return match;
}
Match regex(std::string text) {
  Match match;
  match.regex = std::move(text);
  return match;
}
Match field(std::string name, std::string value) {
  Match match;
  match.fields = {{std::move(name), std::move(value)}};
  return match;
}

// Joined both ways, which must agree on whether there is anything.
Joint joint(const Match& one, const Match& other) {
  Match both;
  Joint result = join(one, other, both);
  EXPECT_EQ(join(other, one, both), result);
  return result;
}
Match both(const Match& one, const Match& other) {
  Match joined;
  EXPECT_EQ(join(one, other, joined), Joint::fits);
  return joined;
}

TEST(Match, WhatAsksNothingChangesNothing) {
  EXPECT_EQ(both(Match{}, hosts({"a"})), hosts({"a"}));
  EXPECT_EQ(both(prefixes({"/a"}), Match{}), prefixes({"/a"}));
  EXPECT_TRUE(both({}, {}).asks_nothing());
}

TEST(Match, TheLongerPrefixFitsBoth) {
  EXPECT_EQ(both(prefixes({"/a", "/b/"}), prefixes({"/b/c", "/a"})), prefixes({"/a", "/b/c"}));
  EXPECT_EQ(joint(prefixes({"/a"}), prefixes({"/b"})), Joint::never);
}

TEST(Match, WholePathsLeaveNothingElseToAsk) {
  EXPECT_EQ(both(paths({"/a/x", "/b"}), prefixes({"/a"})), paths({"/a/x"}));
  EXPECT_EQ(both(regex(".*x"), paths({"/a/x", "/b"})), paths({"/a/x"}));
  EXPECT_EQ(joint(paths({"/a"}), prefixes({"/b"})), Joint::never);
}

TEST(Match, TwoPatternsHaveNoWords) {
  EXPECT_EQ(joint(regex("a"), regex("b")), Joint::cannot);
  EXPECT_EQ(both(regex("a"), regex("a")), regex("a"));
}

TEST(Match, HostsAreNarrowed) {
  EXPECT_EQ(both(hosts({"*.example.com"}), hosts({"A.example.com", "b.org"})),
            hosts({"A.example.com"}));
  EXPECT_EQ(both(hosts({"*.example.com"}), hosts({"*.a.example.com"})), hosts({"*.a.example.com"}));
  EXPECT_EQ(joint(hosts({"*.example.com"}), hosts({"example.com"})), Joint::never);
}

TEST(Match, FieldsAddUp) {
  Match two = both(field("A", "1"), field("B", ""));
  EXPECT_EQ(two.fields.size(), 2u);
  EXPECT_EQ(both(field("A", ""), field("a", "1")).fields.front().second, "1");
  EXPECT_EQ(joint(field("A", "1"), field("A", "2")), Joint::never);
}

}  // namespace
}  // namespace stickler::haproxy
