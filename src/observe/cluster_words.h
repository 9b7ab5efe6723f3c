// SPDX-License-Identifier: MIT
// What is said of clusters and their buckets, wherever it is said. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "cluster/cluster_report.h"

namespace stickler::observe {

// Neighbouring buckets of which the same is to be told.
struct BucketRange {
  std::size_t first = 0;
  std::size_t last = 0;
  // That it is so: of buckets that move since when the first of them has, else of the last one.
  WallTime since{};
};
std::vector<BucketRange> bucket_ranges(const cluster::ClusterReport& report);
// "7f"; "00-3f".
std::string bucket_label(const cluster::ClusterReport& report, std::size_t bucket);
std::string bucket_label(const cluster::ClusterReport& report, const BucketRange& range);

// Those that move, the longest first.
std::vector<std::size_t> moving_buckets(const cluster::ClusterReport& report);

// "node-a"; "node-a → node-b"; "– → node-b", if nobody knows who has had it; "–".
std::string way_of(const cluster::BucketState& bucket, std::string_view arrow = "→");
// Why it moves: "rebalance", "its node is gone"; "" if it does not.
std::string_view cause_in_words(cluster::Cause cause);

// What this process may do: "vouches", "silent", "watches".
std::string_view standing_of(const cluster::ClusterReport& report);
// "epoch 41, monitor lb1 (this process), etcd at https://10.0.0.9:2379, heartbeat 3.1 ms, 2 buckets
// move"
std::string cluster_details(const cluster::ClusterReport& report);
// What has been since the process began: "12 moves, the last took 3.1 s, silent 2 times"; or "".
std::string cluster_past(const cluster::ClusterReport& report);

// "registered", "gone for 3 min", "gone".
std::string key_in_words(const cluster::NodeReport& node, WallTime now);

}  // namespace stickler::observe
