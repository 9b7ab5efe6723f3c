// SPDX-License-Identifier: MIT
// The handover's model: what happens to nodes, to etcd as a whole, and to time.
#pragma once

#include <utility>

#include "cluster/handover_model_state.h"

namespace stickler::cluster::handover {

inline bool has_key(const State& state, std::size_t node) {
  return state.etcd->nodes.contains(node_name(node));
}

// A request or an edit reaches the node; true if it has done something there.
inline bool reach(const Scenario& scenario, State& state, std::size_t node, std::uint64_t epoch) {
  NodeProcess& process = state.nodes[node];
  if (!has_key(state, node) && process.gone >= scenario.node_fence) return false;
  if (scenario.checks_epochs && epoch < process.floor) return false;
  const bool changed = !process.loaded || process.idle != 0;
  process.loaded = true;
  process.idle = 0;
  return changed;
}

// What ran through a balancer ends; some of it may still lie in the node's socket.
inline void cut(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  if (process.tunnel >= 0 && scenario.late != 0) {
    NodeProcess& node = state.nodes[static_cast<std::size_t>(process.tunnel)];
    node.queued_epoch = std::max(node.queued_epoch, process.tunnel_epoch);
    node.queued_for = scenario.late;
  }
  process.tunnel = -1;
  process.tunnel_epoch = 0;
}

inline bool deliver_late(const Scenario& scenario, State& state, std::size_t node) {
  NodeProcess& process = state.nodes[node];
  const std::uint64_t epoch = process.queued_epoch;
  if (epoch == 0) return false;
  process.queued_epoch = 0;
  return reach(scenario, state, node, epoch);
}

inline bool lose_key(const Scenario& scenario, State& state, std::size_t node) {
  if (!has_key(state, node) || !spend(scenario, state, Fault::lost_key)) return false;
  change(state).nodes.erase(node_name(node));
  state.nodes[node].gone = 0;
  return true;
}

// It has noticed that its key was gone, has written out and forgotten, and is there again.
inline bool come_back(const Scenario& scenario, State& state, std::size_t node) {
  if (has_key(state, node)) return false;
  NodeProcess& process = state.nodes[node];
  if (!scenario.broken.keeps_memory) process.loaded = false;
  if (!scenario.broken.keeps_queue) process.queued_epoch = 0;
  process.gone = 0;
  change(state).nodes[node_name(node)];
  return true;
}

inline bool freeze(const Scenario& scenario, State& state, std::size_t node) {
  if (state.nodes[node].sleeps || !spend(scenario, state, Fault::frozen_node)) return false;
  state.nodes[node].sleeps = true;
  return true;
}

// It forgets what it may no longer have, and what nobody has asked for, if it is such a node.
inline void pass_time(const Scenario& scenario, State& state, std::size_t index) {
  NodeProcess& node = state.nodes[index];
  if (node.queued_for > 0 && --node.queued_for == 0) node.queued_epoch = 0;
  const bool slept = std::exchange(node.sleeps, false);
  if (scenario.node_idle > 0 && node.loaded && !slept && ++node.idle >= scenario.node_idle) {
    node.loaded = false;
  }
  if (!has_key(state, index)) {
    node.gone = std::min(node.gone + 1, scenario.node_fence);
    if (node.gone >= scenario.node_fence) node.loaded = false;
  }
  if (!node.loaded) node.idle = 0;
}

inline bool restart_node(const Scenario& scenario, State& state, std::size_t node) {
  if (!spend(scenario, state, Fault::lost_node)) return false;
  state.nodes[node].loaded = false;
  state.nodes[node].floor = 0;
  state.nodes[node].queued_epoch = 0;
  return true;
}

inline bool delete_assignment(const Scenario& scenario, State& state) {
  if (!state.etcd->assignment || !spend(scenario, state, Fault::deletion)) return false;
  ClusterView& view = change(state);
  view.assignment.reset();
  view.assignment_created = view.assignment_revision = 0;
  return true;
}

inline bool restore_empty(const Scenario& scenario, State& state) {
  if (!spend(scenario, state, Fault::restoration)) return false;
  auto empty = std::make_shared<ClusterView>();
  empty->revision = state.etcd->revision + 1;
  empty->cluster_id = state.etcd->cluster_id + 1;
  for (std::size_t node = 0; node < scenario.nodes; ++node) {
    if (has_key(state, node)) state.nodes[node].gone = 0;
  }
  state.etcd = std::move(empty);
  return true;
}

}  // namespace stickler::cluster::handover
