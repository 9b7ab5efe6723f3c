// SPDX-License-Identifier: MIT
#include "balance/moved_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

config::MapRule rule(const char* name, const char* server) {
  config::MapRule made;
  made.name = name;
  made.server = server;
  return made;
}

config::MapRule hex(const char* range, const char* server) {
  config::MapRule made = rule(range, server);
  made.hex = {range};
  return made;
}

config::MapRule prefix(const char* text, const char* server) {
  config::MapRule made = rule(text, server);
  made.prefixes = {text};
  return made;
}

config::Backend backend(std::vector<config::MapRule> rules) {
  config::Backend made;
  made.name = "app";
  for (const char* name : {"one", "two"}) {
    made.servers.emplace_back();
    made.servers.back().name = name;
  }
  made.map.emplace();
  made.map->key.paths = {"/dtables/([0-9a-f-]{36})"};
  made.map->rules = std::move(rules);
  return made;
}

std::vector<std::string> moved(std::vector<config::MapRule> before,
                               std::vector<config::MapRule> after) {
  return moved_keys(backend(std::move(before)), backend(std::move(after))).sentences;
}

TEST(MovedKeys, NothingMovesThatHasTheSameServer) {
  EXPECT_THAT(moved({hex("0-9", "one"), hex("a-f", "two")},
                    {hex("a-f", "two"), hex("0-4", "one"), hex("5-9", "one")}),
              IsEmpty());
}

TEST(MovedKeys, ARangeIsToldAsOne) {
  EXPECT_THAT(moved({hex("0-9", "one"), hex("a-f", "two")}, {hex("0-7", "one"), hex("8-f", "two")}),
              ElementsAre("keys that begin with 8 to 9: from one to two"));
  EXPECT_THAT(moved({hex("0-f", "one")}, {hex("80-8f", "two"), hex("0-f", "one")}),
              ElementsAre("keys that begin with 80 to 8f: from one to two"));
}

TEST(MovedKeys, ExceptionsAreSeen) {
  EXPECT_THAT(moved({hex("0-f", "one")}, {prefix("12-34", "two"), hex("0-f", "one")}),
              ElementsAre("keys that begin with 1234: from one to two"));
  EXPECT_THAT(moved({prefix("1234", "two"), hex("0-f", "one")}, {hex("0-f", "one")}),
              ElementsAre("keys that begin with 1234: from two to one"));
}

TEST(MovedKeys, OfExpressionsNobodyCanTell) {
  config::MapRule regex = rule("r", "one");
  regex.regex = "[0-7].*";
  config::MapRule other = regex;
  other.regex = "[0-8].*";
  EXPECT_THAT(moved({regex, hex("0-f", "two")}, {regex, hex("0-f", "two")}), IsEmpty());
  const MovedKeys keys =
      moved_keys(backend({regex, hex("0-f", "two")}), backend({other, hex("0-f", "two")}));
  EXPECT_THAT(keys.beginnings, ElementsAre(""));
  EXPECT_THAT(keys.servers, ElementsAre("one", "two"));
}

TEST(MovedKeys, WithoutAMapEverythingMoves) {
  config::Backend after = backend({});
  after.map.reset();
  EXPECT_TRUE(moved_keys(backend({hex("0-f", "one")}), after).any());
}

}  // namespace
}  // namespace stickler::balance
