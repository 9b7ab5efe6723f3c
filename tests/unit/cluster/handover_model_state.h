// SPDX-License-Identifier: MIT
// One moment of the handover's model: etcd, balancers, monitors, nodes, and what is under way
// between them. Copied at every step, so what is large is shared until somebody changes it.
#pragma once

#include <memory>
#include <optional>

#include "cluster/handover_model_scenario.h"

namespace stickler::cluster::handover {

// What a balancer has read of the assignment.
enum class Known : std::uint8_t { nothing, absent, present };

struct Heartbeat {
  enum class Fate : std::uint8_t { travels, taken, refused };
  Fate fate = Fate::travels;
  BootTime sent{};
  std::uint64_t obeys = 0;
  bool busy = false;
  // It is written only if the assignment still is the one that was read.
  Known known = Known::nothing;
  std::int64_t created = 0;
  std::int64_t revision = 0;
};

struct BalancerProcess {
  explicit BalancerProcess(Terms terms) : standing(terms) {}
  BalancerStanding standing;
  int started = 0;  // how often: with its name, its id
  int missed = 0;   // ticks
  Known known = Known::nothing;
  std::int64_t created = 0;   // of the assignment
  std::int64_t revision = 0;  // the same
  Stage stage = Stage::unowned;
  int owner = -1;
  int tunnel = -1;  // to this node something runs
  std::uint64_t tunnel_epoch = 0;
  std::optional<Heartbeat> awaited;
  std::optional<Heartbeat> abandoned;
  std::shared_ptr<const ClusterView> arriving;  // a read's answer or a watch's event
};

struct Write {
  std::shared_ptr<const Assignment> assignment;
  std::int64_t revision = 0;  // of the assignment that it follows
  std::int64_t elected = 0;
  std::int64_t beat = 0;  // the monitor's last
};

struct UnloadCall {
  MonitorRules::Call call;
  bool executed = false;
};

struct MonitorProcess {
  std::int64_t elected = 0;  // 0: never, or it knows that it no longer is
  int gained = 0;            // ticks
  std::shared_ptr<const MonitorRules> rules;
  std::array<std::optional<Write>, 2> writes;
  std::array<std::optional<UnloadCall>, kNodes> calls;
};

struct NodeProcess {
  bool loaded = false;      // has the bucket in memory, and may serve or write it
  int gone = 0;             // ticks since it lost its key
  int idle = 0;             // ticks since somebody asked for the bucket, if that counts
  bool sleeps = false;      // through the next tick
  std::uint64_t floor = 0;  // requests of earlier epochs are refused, if it checks
  // What was sent, and lies in its socket.
  std::uint64_t queued_epoch = 0;  // 0: nothing
  int queued_for = 0;
};

struct State {
  int now = 100;
  std::uint64_t last_epoch = 0;
  std::shared_ptr<const ClusterView> etcd;
  std::vector<BalancerProcess> balancers;
  std::array<MonitorProcess, kMonitors> monitors;
  std::array<NodeProcess, kNodes> nodes;
  std::array<std::int8_t, static_cast<std::size_t>(Fault::kCount)> used{};
};

inline std::string node_name(std::size_t node) {
  return std::string(1, static_cast<char>('A' + node));
}
inline int node_number(const std::string& name) { return name.empty() ? -1 : name[0] - 'A'; }
inline std::string balancer_id(std::size_t balancer, int started) {
  return std::string(1, static_cast<char>('x' + balancer)) + std::to_string(started);
}
inline std::string balancer_id(const State& state, std::size_t balancer) {
  return balancer_id(balancer, state.balancers[balancer].started);
}
inline BootTime balancer_clock(const State& state, std::size_t balancer) {
  return BootTime((state.now - state.balancers[balancer].missed) * kTick);
}
inline BootTime monitor_clock(const State& state, std::size_t monitor) {
  return BootTime((state.now + state.monitors[monitor].gained) * kTick);
}

// etcd's content, to be changed: every change has a revision of its own. It does not go back when
// etcd is restored: what is old is told by when the assignment was created.
inline ClusterView& change(State& state) {
  auto changed = std::make_shared<ClusterView>(*state.etcd);
  ++changed->revision;
  ClusterView& view = *changed;
  state.etcd = std::move(changed);
  return view;
}

inline bool spend(const Scenario& scenario, State& state, Fault fault) {
  const auto index = static_cast<std::size_t>(fault);
  if (state.used[index] >= scenario.limits.most[index]) return false;
  ++state.used[index];
  return true;
}
inline bool may(const Scenario& scenario, Fault fault) {
  return scenario.limits.most[static_cast<std::size_t>(fault)] > 0;
}

}  // namespace stickler::cluster::handover
