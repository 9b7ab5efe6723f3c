// SPDX-License-Identifier: MIT
// A cluster as programs are told of it, in whatever answer. Pure.
#pragma once

#include "cluster/cluster_report.h"
#include "observe/json_values.h"

namespace stickler::observe {

// How the answer writes moments; null for one that has not come.
using JsonTime = Json (*)(WallTime moment);

// What is one thing in the whole cluster, and this process' part in it.
Json cluster_json(const cluster::ClusterReport& report);
// Arrays with an object for each.
Json nodes_json(const cluster::ClusterReport& report, JsonTime time);
Json buckets_json(const cluster::ClusterReport& report, JsonTime time);
Json balancers_json(const cluster::ClusterReport& report);
// Neighbours that are alike as one: "first", "last", "count", and what a bucket has.
Json bucket_ranges_json(const cluster::ClusterReport& report, JsonTime time);

}  // namespace stickler::observe
