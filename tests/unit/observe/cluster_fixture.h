// SPDX-License-Identifier: MIT
// A cluster of three nodes, in which everything happens that there are words for, for tests of
// those who show it.
#pragma once

#include <string>

#include "cluster/cluster_report.h"

namespace stickler::observe::test {

inline constexpr WallTime kClusterSeen{std::chrono::seconds(1'800'000'000)};

inline cluster::NodeReport node_called(const std::string& id, const std::string& local_url) {
  cluster::NodeReport node;
  node.id = id;
  node.urls = {"https://" + id + ".example/", local_url};
  node.registered = true;
  return node;
}

inline cluster::BucketReport bucket_of(const std::string& node, Duration ago) {
  return {{cluster::Stage::serving, node, "", 1, cluster::Cause::none}, kClusterSeen - ago};
}

// As cluster::BucketCluster counts.
inline void count_buckets(cluster::ClusterReport& report) {
  report.moving = report.unowned = 0;
  for (cluster::NodeReport& node : report.nodes) node.buckets = node.leaving = node.coming = 0;
  for (const auto& [state, since] : report.buckets) {
    report.moving += state.moves() ? 1U : 0U;
    report.unowned += state.stage == cluster::Stage::unowned ? 1U : 0U;
    for (cluster::NodeReport& node : report.nodes) {
      const bool serves = state.stage == cluster::Stage::serving;
      node.buckets += serves && state.owner == node.id ? 1U : 0U;
      node.leaving += state.moves() && state.owner == node.id ? 1U : 0U;
      node.coming += state.moves() && state.next == node.id ? 1U : 0U;
    }
  }
}

// "bases": the first half of the buckets is node-a's, the second node-b's; but 40 moves from node-a
// to node-b, fe from node-c, which is gone, to node-b, and ff is nobody's.
inline cluster::ClusterReport busy_cluster(std::size_t buckets = 256) {
  using cluster::Cause;
  using cluster::Stage;
  cluster::ClusterReport report;
  report.name = "bases";
  report.balances = report.vouches = report.is_monitor = true;
  report.monitor = "lb1";
  report.etcd = "http://10.0.0.9:2379";
  report.heartbeat_lag = std::chrono::microseconds(3'100);
  report.epoch = 41;
  report.moves = 12;
  report.last_move = std::chrono::milliseconds(2'100);
  report.nodes = {node_called("node-a", "http://10.0.0.1/"),
                  node_called("node-b", "http://10.0.0.2/"),
                  node_called("node-c", "http://10.0.0.3/")};
  report.nodes[2].registered = false;
  report.nodes[2].gone_since = kClusterSeen - std::chrono::minutes(3);
  report.nodes[2].trouble = "connection refused";
  for (std::size_t i = 0; i < buckets; ++i) {
    const bool first_half = i < buckets / 2;
    report.buckets.push_back(
        bucket_of(first_half ? "node-a" : "node-b", std::chrono::hours(first_half ? 3 : 2)));
  }
  report.buckets[buckets / 4] = {{Stage::closing, "node-a", "node-b", 41, Cause::rebalance},
                                 kClusterSeen - std::chrono::seconds(12)};
  report.buckets[buckets - 2] = {{Stage::unloading, "node-c", "node-b", 40, Cause::gone},
                                 kClusterSeen - std::chrono::seconds(90)};
  report.buckets[buckets - 1] = {{}, kClusterSeen - std::chrono::seconds(5)};
  report.balancers = {{"8f02", "lb1", 41, 0, true}, {"a7c3", "lb2", 40, 1, false}};
  count_buckets(report);
  return report;
}

}  // namespace stickler::observe::test
