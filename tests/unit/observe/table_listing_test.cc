// SPDX-License-Identifier: MIT
#include "observe/table_listing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/table_fixture.h"

namespace stickler::observe {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

ListedKey key(const std::string& text) {
  TableEntry entry;
  entry.key = text;
  entry.server = 1;
  entry.age = seconds(9);
  entry.unused = milliseconds(1500);
  entry.version = 3;
  entry.standing = balance::KeyStanding::settled;
  return {std::move(entry), "s2"};
}

TEST(TableListing, SpeaksOfATableAsHaproxyDoes) {
  const StatsSnapshot stats = test::with_tables();
  const TableStats& own = stats.tables[0];
  EXPECT_EQ(table_headline(own, stats), "# table: clients, type: string, size:500, used:2\n");
  EXPECT_EQ(table_counts_line(own), "# hits:4 misses:2 claims:2 moves:0 expired:0 evicted:0\n");
  EXPECT_EQ(key_line(key("a"), own),
            "key=a use=0 exp=1798500 server_id=1 server_key=s2 age=9000 idle=1500\n");
}

TEST(TableListing, SaysOfASharedTableHowItGoesWithThat) {
  StatsSnapshot stats = test::with_tables();
  const TableStats& shared = stats.tables[1];
  EXPECT_EQ(table_headline(shared, stats),
            "# table: projects, type: string, size:100000, used:40000\n"
            "# shared for 3 h: Redis at 10.0.0.9:6379, lag 0.4 ms, 1 other balancer, nothing "
            "waits\n");
  EXPECT_EQ(table_counts_line(shared),
            "# hits:81234 misses:41000 claims:40900 moves:7 expired:12 evicted:3 corrected:2\n");
  EXPECT_EQ(key_line(key("a"), shared),
            "key=a use=0 exp=1798500 server_id=1 server_key=s2 age=9000 idle=1500 "
            "standing=settled version=3\n");
  stats.sharing.reset();
  EXPECT_EQ(table_headline(shared, stats),
            "# table: projects, type: string, size:100000, used:40000\n");
}

TEST(TableListing, KeysAreVisibleAsciiAndCanBeReadBack) {
  for (const std::string text : {"plain", "b c", "50%", "x\ny", "\xc3\xa4\xff", ""}) {
    const std::string escaped = escaped_key(text);
    EXPECT_EQ(escaped.find_first_of(" \n\xc3"), std::string::npos);
    EXPECT_EQ(unescaped_key(escaped), text);
  }
  EXPECT_EQ(escaped_key("b c%"), "b%20c%25");
  for (const char* wrong : {"%", "50%", "%4", "%4g", "%g4", "%-1"}) {
    EXPECT_EQ(unescaped_key(wrong), std::nullopt) << wrong;
  }
}

TEST(TableListing, TellsScriptsOfTables) {
  const json tables = json::parse(tables_json(test::with_tables()));
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0]["name"], "clients");
  EXPECT_EQ(tables[0]["shared"], false);
  EXPECT_EQ(tables[0]["sharing"], nullptr);
  EXPECT_EQ(tables[0]["max_age"], nullptr);
  const json& shared = tables[1];
  EXPECT_EQ(shared["size"], 100'000);
  EXPECT_EQ(shared["used"], 40'000);
  EXPECT_EQ(shared["idle"], 1800.0);
  EXPECT_EQ(shared["max_age"], 86'400.0);
  EXPECT_EQ(shared["moves"], 7);
  EXPECT_EQ(shared["sharing"]["state"], "shared");
  EXPECT_EQ(shared["sharing"]["lag"], 0.0004);
  EXPECT_EQ(shared["sharing"]["trouble"], nullptr);
  EXPECT_EQ(shared["sharing"]["decided_alone"], 5);
  EXPECT_EQ(json::parse(tables_json(StatsSnapshot{})), json::array());
}

TEST(TableListing, TellsScriptsOfKeys) {
  const StatsSnapshot stats = test::with_tables();
  const std::vector<ListedKey> keys{key("a"), key("b\"\xff")};
  const json all = json::parse(table_json(stats.tables[1], stats, keys, true));
  EXPECT_EQ(all["table"], json::parse(tables_json(stats))[1]);
  EXPECT_EQ(all["complete"], true);
  ASSERT_EQ(all["keys"].size(), 2U);
  EXPECT_EQ(all["keys"][0], json({{"key", "a"},
                                  {"server", "s2"},
                                  {"server_id", 1},
                                  {"age", 9.0},
                                  {"idle", 1.5},
                                  {"expires_in", 1798.5},
                                  {"standing", "settled"},
                                  {"version", 3}}));
  EXPECT_EQ(all["keys"][1]["key"], "b\"%FF");
  const json none = json::parse(table_json(stats.tables[0], stats, {}, false));
  EXPECT_EQ(none["keys"], json::array());
  EXPECT_EQ(none["complete"], false);
}

TEST(TableListing, WhateverEndsFirstEndsAKey) {
  StatsSnapshot stats = test::with_tables();
  const auto expiry = [&](Duration idle, Duration max_age) {
    stats.tables[0].limits.idle = idle;
    stats.tables[0].limits.max_age = max_age;
    const std::vector<ListedKey> keys{key("a")};
    return json::parse(table_json(stats.tables[0], stats, keys, true))["keys"][0]["expires_in"];
  };
  EXPECT_EQ(expiry(seconds(60), kNoLimit), 58.5);
  EXPECT_EQ(expiry(seconds(60), seconds(30)), 21.0);
  EXPECT_EQ(expiry(kNoLimit, seconds(30)), 21.0);
  EXPECT_EQ(expiry(kNoLimit, kNoLimit), nullptr);
}

}  // namespace
}  // namespace stickler::observe
