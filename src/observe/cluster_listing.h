// SPDX-License-Identifier: MIT
// Clusters' buckets and nodes as the runtime socket shows them: lines for people, JSON for scripts.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "cluster/cluster_report.h"

namespace stickler::observe {

using Clusters = std::vector<cluster::ClusterReport>;

// "00-3f  node-a  serving  since 14:03:11": buckets that are alike and next to each other in a
// line.
std::string bucket_lines(const Clusters& clusters, WallTime now);
// "node-a  registered  buckets:64 leaving:0 coming:0  http://10.0.0.1/"
std::string node_lines(const Clusters& clusters, WallTime now);

// Arrays with an object for each cluster, with "ranges" and "buckets", or "nodes" and "balancers".
std::string clusters_buckets_json(const Clusters& clusters);
std::string clusters_nodes_json(const Clusters& clusters);

}  // namespace stickler::observe
