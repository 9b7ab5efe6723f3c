// SPDX-License-Identifier: MIT
// What a listener answers of a cluster, for programs: SeaTable's parts ask it where a base is, an
// administrator has its nodes made equal. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.h"
#include "cluster/bucket_cluster.h"
#include "cluster/cluster_report.h"
#include "proxy/local_pages.h"

namespace stickler::observe {

using BucketOwner = Result<std::optional<cluster::BucketCluster::Owner>, std::string>;

// "pong": this program is there.
proxy::PageAnswer ping_page();
// {"node_id", "node_url", "moving"}. 404: nobody has its bucket. 400: it is no key.
proxy::PageAnswer owner_page(const BucketOwner& owner);
// {"cluster", "epoch", "moving", "buckets": [{"bucket", "state", "node", "next", "cause",
// "since"}]}
proxy::PageAnswer buckets_page(const cluster::ClusterReport& report);
// {"cluster", "epoch", "monitor", "etcd", "trouble", "nodes": [{"node_id", …}]}
proxy::PageAnswer nodes_page(const cluster::ClusterReport& report);
// 202: so many buckets will move. 503: it cannot be asked for now.
proxy::PageAnswer rebalance_page(const Result<std::size_t, std::string>& moving);

}  // namespace stickler::observe
