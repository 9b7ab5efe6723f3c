// SPDX-License-Identifier: MIT
#include "observe/stats_warnings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/cluster_fixture.h"
#include "observe/page_fixture.h"

namespace stickler::observe {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Weight = Event::Weight;

std::vector<std::string> texts(const StatsSnapshot& stats) {
  std::vector<std::string> texts;
  for (const StatsWarning& warning : stats_warnings(stats)) texts.push_back(warning.text);
  return texts;
}

// With one server, which is up.
StatsSnapshot quiet() {
  StatsSnapshot stats = test::busy_snapshot();
  stats.listeners[0].certificates[0].until = test::kMoment + std::chrono::days(60);
  stats.backends[0].servers = {test::busy_server()};
  return stats;
}

TEST(StatsWarnings, AreNoneWhileAllIsWell) { EXPECT_THAT(texts(quiet()), IsEmpty()); }

TEST(StatsWarnings, SayWhoIsDownAndWhoDrainsAndWhatExpires) {
  EXPECT_THAT(
      texts(test::busy_snapshot()),
      ElementsAre("server server-pro/ha-3 has been down for 13 min: HEAD /status: 503 in 12 ms",
                  "listener https: the certificate of overleaf.example.com expires in 19 d",
                  "server server-pro/ha-2 is draining: 11 sessions, 9 tunnels and 2 requests left; "
                  "0.6 leave a minute, empty in about 18 min; who is left moves in 25 min"));
}

TEST(StatsWarnings, SayThatNobodyTakesNewSessions) {
  StatsSnapshot stats = quiet();
  stats.backends[0].servers[0].weight = 0;
  EXPECT_THAT(texts(stats), ElementsAre("backend server-pro takes no new sessions: whatever is up "
                                        "there drains"));
}

TEST(StatsWarnings, SayWhatIsWrongWithAClusterAndItsNodes) {
  StatsSnapshot stats = quiet();
  stats.clusters = {test::busy_cluster()};
  EXPECT_THAT(
      texts(stats),
      ElementsAre("cluster bases: 1 bucket without a node",
                  "cluster bases: node node-c does not let go of its buckets: connection "
                  "refused",
                  "cluster bases: node node-c is not registered any more (gone for 3 min)"));
  cluster::ClusterReport& report = stats.clusters[0];
  report.unowned = 0;
  report.nodes.pop_back();
  EXPECT_THAT(texts(stats), IsEmpty());
  report.trouble = "no answer within 3 s";
  EXPECT_THAT(texts(stats), ElementsAre("cluster bases: trouble with etcd: no answer within 3 s"));
  EXPECT_EQ(stats_warnings(stats).front().weight, Weight::warning);
  report.vouches = false;
  report.monitor = "";
  EXPECT_THAT(
      texts(stats),
      ElementsAre(HasSubstr("cluster bases: this balancer is silent, its requests get 503: "
                            "epoch 41, "),
                  "cluster bases has no monitor: no bucket can move, and none gets a node"));
  EXPECT_EQ(stats_warnings(stats).front().weight, Weight::error);
}

TEST(StatsWarnings, SayWhyStickTablesAreNotShared) {
  StatsSnapshot stats = quiet();
  stats.sharing = test::alone_at(stats.now);
  EXPECT_THAT(texts(stats),
              ElementsAre("stick tables: alone for 45 s: Redis at 10.0.0.9:6379 does not answer "
                          "(connection refused): each balancer decides by itself"));
  EXPECT_EQ(stats_warnings(stats).front().weight, Weight::warning);
  stats.sharing->state = cluster::SharingReport::State::settling;
  EXPECT_EQ(stats_warnings(stats).front().weight, Weight::info);
  stats.sharing.reset();
  EXPECT_THAT(texts(stats), IsEmpty());
}

TEST(StatsWarnings, SayWhatOfADrainIsKnown) {
  StatsSnapshot stats = quiet();
  ServerStats& server = stats.backends[0].servers[0];
  server.drain = DrainReport{"drain", {1, 0, 0}, std::nullopt, std::nullopt, std::nullopt};
  EXPECT_THAT(texts(stats),
              ElementsAre("server server-pro/ha-1 is draining: 1 session, 0 tunnels and 0 requests "
                          "left"));
  server.drain->occupants = {};
  EXPECT_THAT(texts(stats), ElementsAre("server server-pro/ha-1 is drained: nobody is left there"));
}

TEST(StatsWarnings, BeginWithTheGravest) {
  StatsSnapshot stats = test::busy_snapshot();
  for (ServerStats& server : stats.backends[0].servers) {
    server.availability = balance::Availability::maint;
  }
  const auto warnings = stats_warnings(stats);
  EXPECT_EQ(warnings.front().weight, Weight::error);
  EXPECT_EQ(warnings.front().text, "backend server-pro has no usable server");
  EXPECT_EQ(warnings.back().weight, Weight::info);
  EXPECT_THAT(texts(stats), Contains("server server-pro/ha-3 is in maintenance"));
}

TEST(StatsWarnings, SpeakOfTheProcess) {
  StatsSnapshot stats = quiet();
  stats.process.stopping = true;
  stats.process.lost_log_lines = 1;
  stats.process.connections = stats.process.max_connections;
  stats.process.reload = {test::kMoment - std::chrono::minutes(5), false, "a.conf:3: error: no"};
  EXPECT_THAT(texts(stats),
              ElementsAre("the last reload, 5 min ago, changed nothing: a.conf:3: error: no",
                          "all 30000 connections are in use: new clients wait",
                          HasSubstr("is stopping"), HasSubstr("1 line of the access log")));
}

TEST(StatsWarnings, SpeakOfCertificatesForThreeWeeks) {
  StatsSnapshot stats = quiet();
  WallTime& until = stats.listeners[0].certificates[0].until;
  until = test::kMoment + kCertificateWarning;
  EXPECT_THAT(texts(stats), IsEmpty());
  until -= std::chrono::seconds(1);
  EXPECT_THAT(texts(stats), ElementsAre(HasSubstr("expires in 20 d")));
  until = test::kMoment - std::chrono::days(2);
  EXPECT_THAT(texts(stats), ElementsAre(HasSubstr("has expired 2 d ago")));
  EXPECT_EQ(stats_warnings(stats).front().weight, Weight::error);
}

}  // namespace
}  // namespace stickler::observe
