// SPDX-License-Identifier: MIT
// The runtime socket's commands for clusters: which words they take, and what they say.
#include "observe/runtime_cluster_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "net/test_loop.h"
#include "observe/cluster_fixture.h"
#include "observe/cluster_listing.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Clusters "bases" and "json".
class RuntimeClusters : public testing::Test, public net::test::TestLoop {
 protected:
  RuntimeClusters() {
    program_.known.clusters = {test::busy_cluster(), test::busy_cluster(16)};
    program_.known.clusters[1].name = "json";
  }

  std::string answer(std::string_view line) {
    RuntimeCommands commands(program_);
    return result_of(commands.run(split_line(line).front()));
  }
  json answer_json(std::string_view line) { return json::parse(answer(line)); }

  test::FakeAdministration program_;
};

TEST_F(RuntimeClusters, AllAreShownOrOne) {
  EXPECT_THAT(answer("show buckets"), AllOf(HasSubstr("# cluster: bases, buckets:256, nodes:3, "
                                                      "epoch:41\n# vouches: epoch 41, monitor "),
                                            HasSubstr("# cluster: json, ")));
  EXPECT_THAT(answer("show buckets bases"), Not(HasSubstr("cluster: json")));
  EXPECT_EQ(answer_json("show buckets json").size(), 2U);
  EXPECT_EQ(answer_json("show buckets bases json").size(), 1U);
  EXPECT_EQ(answer_json("show buckets json json")[0]["cluster"], "json");
  EXPECT_EQ(answer_json("show nodes json")[1]["nodes"].size(), 3U);
  for (const char* command : {"show buckets", "show nodes", "rebalance"}) {
    EXPECT_EQ(answer(std::string(command) + " nobody"), "No such cluster\n");
    EXPECT_THAT(answer(std::string(command) + " a b"), HasSubstr("usage: " + std::string(command)));
  }
}

TEST_F(RuntimeClusters, WithoutAnyThereIsNothingToShow) {
  program_.known.clusters.clear();
  EXPECT_EQ(answer("show buckets"), "# no cluster is configured\n");
  EXPECT_EQ(answer_json("show nodes json"), json::array());
}

TEST_F(RuntimeClusters, ARebalanceSaysHowManyMove) {
  program_.will_move = 12;
  EXPECT_EQ(answer("rebalance bases"), "12 buckets will move\n");
  EXPECT_EQ(answer("rebalance bases dry-run"), "12 buckets would move\n");
  program_.will_move = 1;
  EXPECT_EQ(answer("rebalance"), "1 bucket will move\n");
  EXPECT_EQ(answer_json("rebalance dry-run json"), json({{"moving", 1}, {"dry_run", true}}));
  program_.will_move = 0;
  EXPECT_EQ(answer("rebalance"), "nothing has to move\n");
  EXPECT_THAT(program_.rebalanced, ElementsAre("bases", "bases (dry)", "", " (dry)", ""));
}

TEST_F(RuntimeClusters, ARebalanceThatIsNotPossibleSaysWhy) {
  program_.refusal = "etcd does not answer";
  EXPECT_EQ(answer("rebalance bases json"), "not rebalanced: etcd does not answer\n");
  EXPECT_EQ(answer("rebalance nobody"), "No such cluster\n");
  EXPECT_THAT(program_.rebalanced, ElementsAre("bases"));
}

// ---- how it is written ----

class ClusterListing : public testing::Test {
 protected:
  ClusterListing() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  ~ClusterListing() override {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }

 private:
  const std::string before_ = std::getenv("TZ") == nullptr ? "" : std::getenv("TZ");
};

TEST_F(ClusterListing, BucketsThatAreAlikeAreOneLine) {
  EXPECT_THAT(bucket_lines({test::busy_cluster()}, test::kClusterSeen),
              HasSubstr("\n00-3f  node-a            serving    since 05:00:00\n"
                        "40     node-a -> node-b  closing    for 12 s: rebalance\n"
                        "41-7f  node-a            serving    since 05:00:00\n"
                        "80-fd  node-b            serving    since 06:00:00\n"
                        "fe     node-c -> node-b  unloading  for 1 min 30 s: its node is gone\n"
                        "ff     –                 unowned    since 07:59:55\n"));
}

TEST_F(ClusterListing, NodesSayWhetherTheyAreThere) {
  EXPECT_THAT(
      node_lines({test::busy_cluster()}, test::kClusterSeen),
      HasSubstr("\nnode-a  registered      buckets:127 leaving:1 coming:0  http://10.0.0.1/\n"
                "node-b  registered      buckets:126 leaving:0 coming:2  http://10.0.0.2/\n"
                "node-c  gone for 3 min  buckets:0 leaving:1 coming:0    http://10.0.0.3/  "
                "trouble:\"connection refused\"\n"));
}

TEST_F(ClusterListing, NobodyWritesALineOfHisOwn) {
  cluster::ClusterReport report = test::busy_cluster(16);
  report.monitor = report.trouble = report.etcd = "a\nb\x1b[2J";
  report.nodes[0].id = report.nodes[0].urls.local_node_url = report.nodes[0].trouble = "c\nd";
  report.buckets[0].state.owner = "c\nd";
  const std::string text =
      bucket_lines({report}, test::kClusterSeen) + node_lines({report}, test::kClusterSeen);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 * 2 + 7 + 3);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST_F(ClusterListing, TellsScriptsEverything) {
  const json all = json::parse(clusters_buckets_json({test::busy_cluster()}));
  const json& bases = all[0];
  EXPECT_EQ(bases["standing"], "vouches");
  EXPECT_EQ(bases["monitor"], "lb1");
  EXPECT_EQ(bases["heartbeat_lag"], 0.0031);
  EXPECT_EQ(bases["last_move"], 2.1);
  EXPECT_EQ(bases["buckets"].size(), 256U);
  ASSERT_EQ(bases["ranges"].size(), 6U);
  EXPECT_EQ(bases["ranges"][1], json({{"first", "40"},
                                      {"last", "40"},
                                      {"count", 1},
                                      {"state", "closing"},
                                      {"node", "node-a"},
                                      {"next", "node-b"},
                                      {"cause", "rebalance"},
                                      {"since", 1'799'999'988.0}}));
  const json nodes = json::parse(clusters_nodes_json({test::busy_cluster()}))[0];
  EXPECT_EQ(nodes["nodes"][2]["gone_since"], 1'799'999'820.0);
  EXPECT_EQ(nodes["balancers"][1],
            json({{"id", "a7c3"}, {"name", "lb2"}, {"obeys", 40}, {"busy", 1}, {"here", false}}));
}

}  // namespace
}  // namespace stickler::observe
