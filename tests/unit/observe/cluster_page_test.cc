// SPDX-License-Identifier: MIT
#include "observe/cluster_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/cluster_fixture.h"

namespace stickler::observe {
namespace {

using cluster::BucketCluster;
using nlohmann::json;

json content_of(const proxy::PageAnswer& page) {
  EXPECT_EQ(page.content_type, "application/json");
  return json::parse(page.body);
}

TEST(ClusterPage, SaysThatItIsThere) {
  EXPECT_EQ(ping_page().status, 200U);
  EXPECT_EQ(ping_page().body, "pong");
  EXPECT_EQ(ping_page().content_type, "text/plain; charset=utf-8");
}

TEST(ClusterPage, SaysWhereAKeyIs) {
  const BucketCluster::Owner owner{"node-a", {"https://a.example/", "http://10.0.0.1/"}, true};
  const proxy::PageAnswer found = owner_page(std::optional(owner));
  EXPECT_EQ(found.status, 200U);
  EXPECT_EQ(content_of(found),
            json({{"node_id", "node-a"}, {"node_url", "https://a.example/"}, {"moving", true}}));
  const proxy::PageAnswer nobody = owner_page(std::optional<BucketCluster::Owner>());
  EXPECT_EQ(nobody.status, 404U);
  EXPECT_EQ(content_of(nobody)["error"], "no node has it yet");
  const proxy::PageAnswer wrong = owner_page(Failed{std::string("this is no UUID")});
  EXPECT_EQ(wrong.status, 400U);
  EXPECT_EQ(content_of(wrong)["error"], "this is no UUID");
}

TEST(ClusterPage, ListsBuckets) {
  const json all = content_of(buckets_page(test::busy_cluster()));
  EXPECT_EQ(all["cluster"], "bases");
  EXPECT_EQ(all["epoch"], 41);
  EXPECT_EQ(all["moving"], 2);
  ASSERT_EQ(all["buckets"].size(), 256U);
  EXPECT_EQ(all["buckets"][0], json({{"bucket", "00"},
                                     {"state", "serving"},
                                     {"node", "node-a"},
                                     {"next", nullptr},
                                     {"cause", nullptr},
                                     {"since", "2027-01-15T05:00:00.000Z"}}));
  EXPECT_EQ(all["buckets"][0x40], json({{"bucket", "40"},
                                        {"state", "closing"},
                                        {"node", "node-a"},
                                        {"next", "node-b"},
                                        {"cause", "rebalance"},
                                        {"since", "2027-01-15T07:59:48.000Z"}}));
  EXPECT_EQ(all["buckets"][0xff]["state"], "unowned");
  EXPECT_EQ(all["buckets"][0xff]["node"], nullptr);
  EXPECT_EQ(content_of(buckets_page({}))["buckets"], json::array());
}

TEST(ClusterPage, ListsNodes) {
  const json all = content_of(nodes_page(test::busy_cluster()));
  EXPECT_EQ(all["monitor"], "lb1");
  EXPECT_EQ(all["trouble"], nullptr);
  ASSERT_EQ(all["nodes"].size(), 3U);
  EXPECT_EQ(all["nodes"][0], json({{"node_id", "node-a"},
                                   {"node_url", "https://node-a.example/"},
                                   {"local_node_url", "http://10.0.0.1/"},
                                   {"registered", true},
                                   {"gone_since", nullptr},
                                   {"buckets", 127},
                                   {"leaving", 1},
                                   {"coming", 0},
                                   {"trouble", nullptr}}));
  EXPECT_EQ(all["nodes"][2]["gone_since"], "2027-01-15T07:57:00.000Z");
  EXPECT_EQ(all["nodes"][2]["trouble"], "connection refused");
}

TEST(ClusterPage, SaysHowManyWillMove) {
  const proxy::PageAnswer done = rebalance_page(std::size_t{12});
  EXPECT_EQ(done.status, 202U);
  EXPECT_EQ(content_of(done), json({{"moving", 12}}));
  const proxy::PageAnswer refused = rebalance_page(Failed{std::string("etcd does not answer")});
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(content_of(refused), json({{"error", "etcd does not answer"}}));
}

TEST(ClusterPage, TakesAnyBytesForAName) {
  cluster::ClusterReport report = test::busy_cluster(16);
  report.nodes[0].id = report.buckets[0].state.owner = "\xff\"<b>\n";
  EXPECT_EQ(content_of(nodes_page(report))["nodes"].size(), 3U);
  EXPECT_EQ(content_of(buckets_page(report))["buckets"].size(), 16U);
}

}  // namespace
}  // namespace stickler::observe
