// SPDX-License-Identifier: MIT
// How a cluster is written down in etcd (docs/seatable-cluster.md): the names of its keys, and
// their values as JSON that people can read. What others have written may be anything. Pure.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cluster/cluster_view.h"
#include "cluster/etcd_values.h"

namespace stickler::cluster {

struct ClusterKeys {
  std::string prefix;  // ends with '/'
  std::size_t buckets = 256;

  std::string node(std::string_view id) const { return prefix + "nodes/" + std::string(id); }
  std::string balancer(std::string_view id) const {
    return prefix + "balancers/" + std::string(id);
  }
  std::string monitor() const { return prefix + "monitor"; }
  std::string assignment() const { return prefix + "assignment"; }
  std::string wish() const { return prefix + "rebalance"; }
};

std::string node_text(const NodeUrls& urls);
std::string balancer_text(const BalancerKey& balancer, std::uint64_t beat, std::size_t buckets);
std::string monitor_text(const MonitorKey& monitor, std::uint64_t beat);
std::string wish_text(const std::string& by);
std::string assignment_text(const Assignment& assignment);

// The error is a phrase. `buckets`: how many there have to be.
Result<Assignment, std::string> read_assignment(std::string_view text, std::size_t buckets);
Result<NodeUrls, std::string> read_node(std::string_view text);

// The state read; what cannot be understood is left out, and said in `unreadable`. `before`: an
// earlier one of the same etcd, or an empty one; an assignment that is still the same is not parsed
// again.
ClusterView read_view(const ClusterKeys& keys, const EtcdReading& reading,
                      const ClusterView& before = {});
// What has happened to one of the keys.
void apply(const ClusterKeys& keys, const EtcdEvent& event, ClusterView& view);

}  // namespace stickler::cluster
