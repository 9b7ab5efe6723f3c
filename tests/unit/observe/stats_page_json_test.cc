// SPDX-License-Identifier: MIT
#include "observe/stats_page_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/cluster_fixture.h"
#include "observe/page_fixture.h"

namespace stickler::observe {
namespace {

using nlohmann::json;

json json_of(const StatsSnapshot& stats) {
  return json::parse(stats_page_json(stats, stats_warnings(stats)));
}

TEST(StatsPageJson, DescribesTheProcess) {
  const json all = json_of(test::busy_snapshot());
  EXPECT_EQ(all["time"], "2027-01-15T08:00:00.750Z");
  const json& process = all["process"];
  EXPECT_EQ(process["version"], "1.2.3");
  EXPECT_EQ(process["node"], "lb1");
  EXPECT_EQ(process["uptime"], 12.0 * 86'400);
  EXPECT_EQ(process["connections"], json({{"now", 412}, {"highest", 1024}, {"limit", 30'000}}));
  EXPECT_EQ(process["reload"]["ok"], true);
  EXPECT_EQ(process["reload"]["time"], "2027-01-15T07:00:00.750Z");
  EXPECT_EQ(all["warnings"].size(), 3U);
  EXPECT_EQ(all["warnings"][0]["weight"], "warning");
}

TEST(StatsPageJson, DescribesListeners) {
  const json listener = json_of(test::busy_snapshot())["listeners"][0];
  EXPECT_EQ(listener["name"], "https");
  EXPECT_EQ(listener["binds"], json({":443"}));
  EXPECT_EQ(listener["certificates"][0]["name"], "overleaf.example.com");
  EXPECT_EQ(listener["certificates"][0]["until"], "2027-02-03T08:00:00.750Z");
  EXPECT_EQ(listener["counts"]["handshakes_resumed"], 162);
  EXPECT_EQ(listener["counts"]["bad_requests"], 5);
  EXPECT_FALSE(listener["counts"].contains("retries"));
}

TEST(StatsPageJson, DescribesStickTables) {
  const json tables = json_of(test::busy_snapshot())["tables"];
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0]["name"], "clients");
  EXPECT_EQ(tables[0]["shared"], false);
  EXPECT_EQ(tables[0]["max_age"], nullptr);
  EXPECT_EQ(tables[1]["size"], 100'000);
  EXPECT_EQ(tables[1]["used"], 40'000);
  EXPECT_EQ(tables[1]["idle"], 1800.0);
  EXPECT_EQ(tables[1]["shared"], true);
  EXPECT_EQ(tables[1]["counts"]["hits"], 81'234);
  EXPECT_EQ(tables[1]["counts"]["corrected"], 2);
}

TEST(StatsPageJson, DescribesClusters) {
  StatsSnapshot stats = test::busy_snapshot();
  EXPECT_EQ(json_of(stats)["clusters"], json::array());
  stats.clusters = {test::busy_cluster()};
  const json cluster = json_of(stats)["clusters"][0];
  EXPECT_EQ(cluster["cluster"], "bases");
  EXPECT_EQ(cluster["standing"], "vouches");
  EXPECT_EQ(cluster["epoch"], 41);
  EXPECT_EQ(cluster["nodes"][2]["gone_since"], "2027-01-15T07:57:00.000Z");
  EXPECT_EQ(cluster["balancers"][0]["here"], true);
  EXPECT_EQ(cluster["buckets"].size(), 256U);
  EXPECT_EQ(cluster["buckets"][0x40]["since"], "2027-01-15T07:59:48.000Z");
}

TEST(StatsPageJson, DescribesRedis) {
  StatsSnapshot stats = test::busy_snapshot();
  const json shared = json_of(stats)["redis"];
  EXPECT_EQ(shared["state"], "shared");
  EXPECT_EQ(shared["since"], "2027-01-15T05:00:00.750Z");
  EXPECT_EQ(shared["address"], "10.0.0.9:6379");
  EXPECT_EQ(shared["trouble"], nullptr);
  EXPECT_EQ(shared["lag"], 0.0004);
  EXPECT_EQ(shared["others"], 1);
  EXPECT_EQ(shared["counts"]["messages"], 212);
  stats.sharing = test::alone_at(stats.now);
  EXPECT_EQ(json_of(stats)["redis"]["trouble"], "connection refused");
  stats.sharing.reset();
  EXPECT_EQ(json_of(stats)["redis"], nullptr);
}

TEST(StatsPageJson, DescribesServers) {
  const json backend = json_of(test::busy_snapshot())["backends"][0];
  EXPECT_EQ(backend["balance"], "roundrobin");
  EXPECT_EQ(backend["usable"], true);
  EXPECT_EQ(backend["takes_new_sessions"], true);
  const json& server = backend["servers"][0];
  EXPECT_EQ(server["state"], "up");
  EXPECT_EQ(server["since"], "2027-01-12T04:00:00.750Z");
  EXPECT_EQ(server["sessions"], 96);
  EXPECT_EQ(server["tunnels"], 104);
  EXPECT_EQ(server["active"], json({{"now", 12}, {"highest", 40}}));
  EXPECT_EQ(server["requests_per_second"], json({{"now", 71}, {"highest", 142}}));
  EXPECT_EQ(server["last_request"], "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(server["counts"]["responses_5xx"], 7);
  EXPECT_FALSE(server["counts"].contains("handshakes"));
  EXPECT_EQ(server["recent_responses"]["count"], 100);
  EXPECT_GT(server["recent_responses"]["p99"], server["recent_responses"]["p50"]);
  EXPECT_EQ(server["drain"], nullptr);
}

TEST(StatsPageJson, DescribesHealth) {
  const json servers = json_of(test::busy_snapshot())["backends"][0]["servers"];
  EXPECT_EQ(servers[1]["admin"], "drain");
  EXPECT_EQ(servers[1]["drain"], json({{"sessions", 11},
                                       {"tunnels", 9},
                                       {"requests", 2},
                                       {"leave_per_minute", 0.6},
                                       {"until_empty", 1080.0},
                                       {"until_limit", 1500.0}}));
  const json& health = servers[2]["health"];
  EXPECT_EQ(health["state"], "going_up");
  EXPECT_EQ(health["in_a_row"], 1);
  EXPECT_EQ(health["checks"].size(), 2U);
  EXPECT_EQ(health["last_failure"], json({{"time", "2027-01-15T07:59:58.750Z"},
                                          {"passed", false},
                                          {"result", "L7STS"},
                                          {"status", 503},
                                          {"took", 0.003},
                                          {"text", "HEAD /status: 503 in 12 ms"}}));
}

TEST(StatsPageJson, TellsWhatHappened) {
  const json all = json_of(test::busy_snapshot());
  EXPECT_EQ(all["events"][0]["text"], "server server-pro/ha-3 is DOWN");
  EXPECT_EQ(all["moves"][0]["session"], "123456789abcf3a1");
  EXPECT_EQ(all["moves"][0]["reason"], "redispatched: ha-3 is down");
}

TEST(StatsPageJson, SaysNullWhereThereIsNothing) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.process.reload = {};
  stats.backends[0].servers = {ServerStats{}};
  stats.moves[0].session = 0;
  const json all = json_of(stats);
  EXPECT_EQ(all["process"]["reload"], nullptr);
  EXPECT_EQ(all["moves"][0]["session"], nullptr);
  const json& server = all["backends"][0]["servers"][0];
  for (const char* name : {"address", "cookie", "since", "drain", "last_request"}) {
    EXPECT_EQ(server[name], nullptr) << name;
  }
  EXPECT_EQ(server["health"]["last_failure"], nullptr);
  EXPECT_EQ(server["recent_responses"]["p50"], nullptr);
}

TEST(StatsPageJson, IsJsonWhateverTextsComeFromOutside) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.moves[0].request = "GET /\xff\"\\\x01</script> HTTP/1.1";
  EXPECT_EQ(json_of(stats)["moves"][0]["request"], "GET /\ufffd\"\\\x01</script> HTTP/1.1");
}

}  // namespace
}  // namespace stickler::observe
