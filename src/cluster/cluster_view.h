// SPDX-License-Identifier: MIT
// What etcd holds of one cluster, at one revision: the nodes, the balancers, the assignment, a
// wish. A plain value; cluster_keys.h says how it is written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "cluster/assignment.h"

namespace stickler::cluster {

// One balancer process, under an id of its own that no other process ever has.
struct BalancerKey {
  std::int64_t revision = 0;   // of its last heartbeat
  std::string name;            // for people: its host
  std::uint64_t obeys = 0;     // the epoch by which it passes on requests; 0: none
  std::set<std::size_t> busy;  // buckets that move, and of which something still runs there
};

// An administrator's wish that all nodes have the same number of buckets.
struct Wish {
  std::int64_t revision = 0;
  std::string by;
};

// Who writes the assignment.
struct MonitorKey {
  std::int64_t created = 0;   // what its writes are fenced by
  std::int64_t revision = 0;  // of its last heartbeat
  std::string id;             // the process, as among balancers
  std::string name;
};

struct ClusterView {
  std::uint64_t cluster_id = 0;  // etcd's own
  std::int64_t revision = 0;
  std::map<std::string, NodeUrls> nodes;
  std::map<std::string, BalancerKey> balancers;
  std::optional<MonitorKey> monitor;
  std::optional<Wish> wish;
  std::optional<Assignment> assignment;
  std::int64_t assignment_created = 0;
  std::int64_t assignment_revision = 0;  // 0: there is none
  // Keys that could not be understood, and why. Where the assignment is one of them nobody may
  // write another.
  std::map<std::string, std::string> unreadable;
};

}  // namespace stickler::cluster
