// SPDX-License-Identifier: MIT
// From the running program's answers to what is shown of them.
#include "app/show_views.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "observe/cluster_fixture.h"
#include "observe/cluster_listing.h"
#include "observe/event_listing.h"
#include "observe/servers_json.h"
#include "observe/session_lines.h"
#include "observe/stats_csv.h"
#include "observe/stats_fixture.h"
#include "observe/table_fixture.h"
#include "observe/table_listing.h"

namespace stickler::app {
namespace {

using observe::test::an_hour_old;
using observe::test::busy_cluster;
using observe::test::kNow;

std::string shown(const Table& table) { return render(table, {}); }

TEST(ShowViews, Servers) {
  observe::StatsSnapshot stats = an_hour_old();
  stats.backends.front()
      .servers[0]
      .totals.counts[static_cast<std::size_t>(observe::Count::requests)] = 12'345;
  EXPECT_EQ(
      shown(servers_table(Json::parse(observe::servers_json(stats)), kNow)),
      "SERVER  STATUS   FOR  WEIGHT  ACTIVE  QUEUED  SESSIONS  REQUESTS  ADDRESS      LAST CHECK\n"
      "app/s1  UP      90 s       1       4       0         0       12k  10.0.0.1:80  GET /: 200 "
      "in "
      "12 ms\n"
      "app/s2  DOWN    90 s       1       0       0         0         0  10.0.0.2:80  GET /: 503, "
      "but \"no\"\n"
      "app/s3  MAINT   90 s       1       0       0         0         0  10.0.0.3:80  \n");
}

TEST(ShowViews, AServerThatDrainsSaysHowFarItIs) {
  observe::StatsSnapshot stats = an_hour_old();
  observe::DrainReport& drain = stats.backends.front().servers[0].drain.emplace();
  drain.occupants.sessions = 3;
  drain.until_empty = std::chrono::minutes(18);
  const Table table = servers_table(Json::parse(observe::servers_json(stats)), kNow);
  EXPECT_EQ(table.rows[0].back().text, "3 sessions left, empty in 18 min");
  EXPECT_EQ(table.rows[0][1].tint, Tint::good);
  EXPECT_EQ(table.rows[1][1].tint, Tint::bad);
  EXPECT_EQ(table.rows[2][1].tint, Tint::doubtful);
}

TEST(ShowViews, Sessions) {
  proxy::LiveSession session;
  session.client = "10.1.1.1:5000";
  session.listener = "web";
  session.backend = "app";
  session.server = "s1";
  session.request_line = "GET / HTTP/1.1";
  session.age = std::chrono::seconds(5);
  EXPECT_EQ(shown(sessions_table(Json::parse(observe::sessions_json({session})))),
            "CLIENT         LISTENER  AGE  STATE    SERVER  REASON  REQUEST\n"
            "10.1.1.1:5000  web       5 s  request  app/s1          GET / HTTP/1.1\n");
}

TEST(ShowViews, Events) {
  observe::StatsSnapshot stats;
  stats.events.push_back({kNow, observe::Event::Weight::error, "no server"});
  const Table table = events_table(Json::parse(observe::events_json(stats)));
  EXPECT_EQ(table.rows[0][1].tint, Tint::bad);
  EXPECT_EQ(table.rows[0][2].text, "no server");
}

TEST(ShowViews, CountersByTheirNames) {
  observe::StatsSnapshot stats = an_hour_old();
  const Json plain = plain_rows(Json::parse(observe::stats_json(stats, {})));
  EXPECT_EQ(plain[0]["scur"], 7);
  EXPECT_EQ(plain[1]["status"], "UP");
  const Table table = stat_table(plain);
  EXPECT_EQ(table.rows[1][1].text, "s1");
  EXPECT_EQ(table.columns[3].title, "SCUR");
  EXPECT_EQ(table.rows[0][3].text, "7");
  EXPECT_EQ(table.rows[1][8].text, "");  // listeners alone have it
}

TEST(ShowViews, WhatIsNoSuchAnswerIsRefused) {
  const Json strange = Json::parse(R"([{"server": 1}])");
  EXPECT_THROW(servers_table(strange, kNow), Json::exception);
  EXPECT_THROW(sessions_table(strange), Json::exception);
  EXPECT_THROW(stat_table(strange), Json::exception);
  EXPECT_THROW(plain_rows(strange), Json::exception);
}

TEST(ShowViews, StickTables) {
  observe::StatsSnapshot stats = observe::test::with_tables();
  stats.tables[0].counts.entries = 500;
  const Table table = stick_tables_table(Json::parse(observe::tables_json(stats)));
  EXPECT_EQ(shown(table),
            "TABLE     USED  SIZE  HITS  MISSES  CLAIMS  MOVES  EXPIRED  EVICTED  SHARED  REDIS\n"
            "clients    500   500     4       2       2      0        0        0  no      \n"
            "projects   40k  100k   81k     41k     41k      7       12        3  shared  "
            "Redis at 10.0.0.9:6379, lag 0.4 ms, 1 other balancer, nothing waits\n");
  EXPECT_EQ(table.rows[0][1].tint, Tint::doubtful) << "it is full";
  EXPECT_EQ(table.rows[1][1].tint, Tint::none);
  EXPECT_EQ(table.rows[1][9].tint, Tint::good);
}

TEST(ShowViews, AStickTableThatIsSharedSaysWhetherItIs) {
  observe::StatsSnapshot stats = observe::test::with_tables();
  stats.sharing = observe::test::alone_at(kNow);
  const auto cells = [&] {
    return stick_tables_table(Json::parse(observe::tables_json(stats))).rows[1];
  };
  EXPECT_EQ(cells()[9].text, "alone");
  EXPECT_EQ(cells()[9].tint, Tint::bad);
  EXPECT_EQ(cells()[10].text,
            "Redis at 10.0.0.9:6379 does not answer (connection refused): each balancer decides by "
            "itself");
  stats.sharing->state = cluster::SharingReport::State::settling;
  EXPECT_EQ(cells()[9].tint, Tint::doubtful);
  stats.sharing.reset();
  EXPECT_EQ(cells()[9].text, "yes");
}

TEST(ShowViews, KeysOfAStickTable) {
  const observe::StatsSnapshot stats = observe::test::with_tables();
  observe::TableEntry old{
      "b", 1, std::chrono::hours(2), std::chrono::minutes(10), 3, balance::KeyStanding::settled};
  observe::TableEntry fresh{"c d",       2, std::chrono::seconds(3),
                            Duration{0}, 1, balance::KeyStanding::asked};
  const std::vector<observe::ListedKey> keys{{old, "s1"}, {fresh, "s2"}};
  const auto keys_of = [&](std::size_t table) {
    return Json::parse(observe::table_json(stats.tables[table], stats, keys, true));
  };
  EXPECT_EQ(shown(stick_keys_table(keys_of(0))),
            "KEY    SERVER  AGE    IDLE  EXPIRES IN\n"
            "c%20d  s2      3 s     0 s      30 min\n"
            "b      s1      2 h  10 min      20 min\n");
  const Table shared = stick_keys_table(keys_of(1));
  EXPECT_EQ(shared.columns[5].title, "STANDING");
  EXPECT_EQ(shared.rows[0][5].text, "asked");
  EXPECT_EQ(shared.rows[0][5].tint, Tint::doubtful);
  EXPECT_EQ(shared.rows[1][5].text, "settled");
  EXPECT_EQ(shared.rows[1][6].text, "3");
}

Table nodes_of(const std::vector<cluster::ClusterReport>& clusters) {
  return nodes_table(Json::parse(observe::clusters_nodes_json(clusters)),
                     observe::test::kClusterSeen);
}

TEST(ShowViews, BucketsThatAreAlikeAreOneRow) {
  const Json clusters = Json::parse(observe::clusters_buckets_json({busy_cluster()}));
  const Table table = buckets_table(clusters, observe::test::kClusterSeen);
  EXPECT_EQ(shown(table),
            "BUCKETS  STATE       FOR  CAUSE      NODE\n"
            "00-3f    serving     3 h             node-a\n"
            "40       closing    12 s  rebalance  node-a → node-b\n"
            "41-7f    serving     3 h             node-a\n"
            "80-fd    serving     2 h             node-b\n"
            "fe       unloading  90 s  gone       node-c → node-b\n"
            "ff       unowned     5 s             \n");
  EXPECT_EQ(table.rows[0][1].tint, Tint::good);
  EXPECT_EQ(table.rows[1][1].tint, Tint::doubtful);
  EXPECT_EQ(table.rows[5][1].tint, Tint::bad);
}

TEST(ShowViews, NodesOfACluster) {
  EXPECT_EQ(shown(nodes_of({busy_cluster()})),
            "NODE    KEY         BUCKETS  LEAVING  COMING  LOCAL URL         TROUBLE\n"
            "node-a  registered      127        1       0  http://10.0.0.1/  \n"
            "node-b  registered      126        0       2  http://10.0.0.2/  \n"
            "node-c  gone 3 min        0        1       0  http://10.0.0.3/  connection refused\n");
  cluster::ClusterReport report = busy_cluster();
  report.nodes.pop_back();
  EXPECT_EQ(nodes_of({report}).columns.back().title, "LOCAL URL");
}

TEST(ShowViews, OfSeveralClustersEachRowSaysWhoseItIs) {
  const std::vector<cluster::ClusterReport> clusters{busy_cluster(), busy_cluster(16)};
  EXPECT_EQ(nodes_of(clusters).columns[0].title, "CLUSTER");
  EXPECT_EQ(nodes_of(clusters).rows[0].size(), 8U);
  const Json buckets = Json::parse(observe::clusters_buckets_json(clusters));
  const Table table = buckets_table(buckets, observe::test::kClusterSeen);
  EXPECT_EQ(table.rows[6][0].text, "bases");
  EXPECT_EQ(table.rows[6][1].text, "0-3");
}

TEST(ShowViews, ClustersFitATerminal) {
  cluster::ClusterReport report = busy_cluster();
  for (cluster::NodeReport& node : report.nodes) {
    node.id = "dtable-server-of-the-second-floor-" + node.id;
    node.trouble = "it answers 500 Internal Server Error";
  }
  const auto widest = [](const std::string& text) {
    std::size_t most = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) most = std::max(most, line.size());
    return most;
  };
  EXPECT_LE(widest(render(nodes_of({report}), {.width = 80})), 80U + 3 * std::size("…"));
  const Json clusters = Json::parse(observe::clusters_nodes_json({report}));
  EXPECT_EQ(clusters_remark(clusters, 80),
            "bases: vouches: epoch 41, monitor lb1 (this process), etcd at\n"
            "  http://10.0.0.9:2379, heartbeat 3.1 ms, 2 buckets move, 1 bucket has no node\n");
  EXPECT_EQ(clusters_remark(Json::array(), 80), "no cluster is configured\n");
}

}  // namespace
}  // namespace stickler::app
