// SPDX-License-Identifier: MIT
// Clusters: their buckets, their nodes, and this process' part in them.
#include <algorithm>

#include "observe/metrics_family.h"

namespace stickler::observe {
namespace {

using Cluster = cluster::ClusterReport;
using Node = cluster::NodeReport;
using cluster::Stage;

constexpr std::array<std::string_view, 4> kStages{"unowned", "serving", "closing", "unloading"};
constexpr std::array<std::string_view, 3> kParts{"serving", "leaving", "coming"};

Value buckets_in(const Cluster& cluster, std::size_t stage) {
  return std::ranges::count_if(cluster.buckets, [&](const cluster::BucketReport& bucket) {
    return bucket.state.stage == static_cast<Stage>(stage);
  });
}

// Nothing moves: 0.
Value longest_move(const Cluster& cluster, const StatsSnapshot& stats) {
  Duration longest{0};
  for (const auto& [state, since] : cluster.buckets) {
    if (state.moves()) longest = std::max(longest, stats.now - since);
  }
  return longest;
}

template <auto Member>
Value while_balancing(const Cluster& cluster, const StatsSnapshot&) {
  return cluster.balances ? Value(cluster.*Member) : std::nullopt;
}

constexpr Family<Cluster> kBuckets{"stickler_cluster_buckets", kGauge,
                                   "Buckets by what happens to them.", nullptr};

constexpr Family<Cluster> kClusters[] = {
    {"moving_buckets", kGauge, "Buckets that are on their way to another node.",
     member<Cluster, &Cluster::moving>},
    {"longest_move_seconds", kGauge,
     "For how long the bucket that has waited for the longest time has been in its stage; 0: none "
     "moves.",
     longest_move},
    {"epoch", kGauge, "Of the assignment: grows with each change; 0: there is none.",
     member<Cluster, &Cluster::epoch>},
    {"vouches", kGauge, "1 while this balancer passes on requests of buckets; 0: it is silent.",
     while_balancing<&Cluster::vouches>},
    {"heartbeat_lag_seconds", kGauge, "How long the last heartbeat took to etcd and back.",
     while_balancing<&Cluster::heartbeat_lag>},
    {"moves_total", kCounter, "Buckets that have come to another node, as seen here.",
     member<Cluster, &Cluster::moves>},
    {"last_move_seconds", kGauge, "How long the last of them took; 0: there was none.",
     member<Cluster, &Cluster::last_move>},
    {"silences_total", kCounter, "How often this balancer fell silent.",
     while_balancing<&Cluster::silences>},
    {"monitor_elected", kGauge, "1 if some process is the monitor; 0: no bucket can move.",
     [](const Cluster& it, const StatsSnapshot&) -> Value { return !it.monitor.empty(); }},
    {"monitor_here", kGauge, "1 if this process is the monitor.",
     member<Cluster, &Cluster::is_monitor>},
    {"balancers", kGauge, "Balancers that are registered, this one among them.",
     [](const Cluster& it, const StatsSnapshot&) -> Value { return it.balancers.size(); }},
    {"etcd_up", kGauge, "0: etcd does not answer, or refuses.",
     [](const Cluster& it, const StatsSnapshot&) -> Value { return it.trouble.empty(); }},
};

constexpr Family<Node> kNodeBuckets{
    "stickler_cluster_node_buckets", kGauge,
    "Buckets that a node serves, that it lets go of, and that it is going to get.", nullptr};

Value buckets_of(const Node& node, std::size_t part) {
  const std::array<std::size_t, kParts.size()> counts{node.buckets, node.leaving, node.coming};
  return counts[part];
}

constexpr Family<Node> kNodes[] = {
    {"registered", kGauge, "1 while the node's key is in etcd.", member<Node, &Node::registered>},
    {"refuses", kGauge, "1 if the node does not let go of buckets that it should.",
     [](const Node& it, const StatsSnapshot&) -> Value { return !it.trouble.empty(); }},
};

}  // namespace

void put_cluster_metrics(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Cluster> clusters(stats, out);
  Subjects<Node> nodes(stats, out);
  for (const Cluster& cluster : stats.clusters) {
    const Labels labels = Labels().with("cluster", cluster.name);
    clusters.add(cluster, labels);
    for (const Node& node : cluster.nodes) nodes.add(node, labels.with("node", node.id));
  }
  clusters.put_each(kBuckets, "state", kStages, buckets_in);
  clusters.put("stickler_cluster_", kClusters);
  nodes.put_each(kNodeBuckets, "state", kParts, buckets_of);
  nodes.put("stickler_cluster_node_", kNodes);
}

}  // namespace stickler::observe
