// SPDX-License-Identifier: MIT
// The handover's model: what one balancer does around its BalancerStanding. It keeps to the rules,
// unless the scenario has left one out.
#pragma once

#include "cluster/handover_model_nodes.h"

namespace stickler::cluster::handover {

inline void forget(BalancerProcess& process) {
  process.standing.fall_silent();
  process.known = Known::nothing;
  process.created = process.revision = 0;
  process.stage = Stage::unowned;
  process.owner = -1;
  process.arriving = nullptr;
}

inline void fall_silent(const Scenario& scenario, State& state, std::size_t balancer) {
  if (!scenario.broken.silence_runs_on) cut(scenario, state, balancer);
  forget(state.balancers[balancer]);
}

// Its time is over. A frozen balancer passes nothing on, and looks at the clock when it wakes.
inline void look_at_clock(const Scenario& scenario, State& state, std::size_t balancer) {
  const BalancerStanding& standing = state.balancers[balancer].standing;
  if (standing.stage() == BalancerStanding::Stage::absent) return;
  if (balancer_clock(state, balancer) >= standing.until()) fall_silent(scenario, state, balancer);
}

// ---- Heartbeats ----

// etcd takes it, or finds that the assignment is not the one that its sender knows.
inline void take(State& state, std::size_t balancer, Heartbeat& heartbeat) {
  const ClusterView& etcd = *state.etcd;
  const bool same = etcd.assignment && etcd.assignment_created == heartbeat.created &&
                    etcd.assignment_revision >= heartbeat.revision;
  const bool refused = (heartbeat.known == Known::absent && etcd.assignment) ||
                       (heartbeat.known == Known::present && !same);
  heartbeat.fate = refused ? Heartbeat::Fate::refused : Heartbeat::Fate::taken;
  if (refused) return;
  ClusterView& view = change(state);
  BalancerKey& key = view.balancers[balancer_id(state, balancer)];
  key.revision = view.revision;
  key.obeys = heartbeat.obeys;
  key.busy.clear();
  if (heartbeat.busy) key.busy.insert(0);
}

inline void hear(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  const Heartbeat heartbeat = *process.awaited;
  process.awaited.reset();
  if (heartbeat.fate == Heartbeat::Fate::refused) {
    fall_silent(scenario, state, balancer);
  } else {
    process.standing.acknowledged(heartbeat.sent, balancer_clock(state, balancer));
  }
}

inline bool send_heartbeat(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  if (process.awaited) return false;
  Heartbeat heartbeat;
  heartbeat.sent = balancer_clock(state, balancer);
  heartbeat.obeys = process.standing.obeys();
  const bool moves = process.stage == Stage::closing || process.stage == Stage::unloading;
  heartbeat.busy = moves && process.tunnel >= 0 && !scenario.broken.confirm_busy;
  heartbeat.known = process.known;
  heartbeat.created = process.created;
  heartbeat.revision = process.revision;
  process.awaited = heartbeat;
  if (scenario.fine[balancer]) return true;
  take(state, balancer, *process.awaited);
  hear(scenario, state, balancer);
  return true;
}

inline bool take_heartbeat(State& state, std::size_t balancer) {
  auto& awaited = state.balancers[balancer].awaited;
  if (!awaited || awaited->fate != Heartbeat::Fate::travels) return false;
  take(state, balancer, *awaited);
  return true;
}

inline bool hear_of_heartbeat(const Scenario& scenario, State& state, std::size_t balancer) {
  const auto& awaited = state.balancers[balancer].awaited;
  if (!awaited || awaited->fate == Heartbeat::Fate::travels) return false;
  hear(scenario, state, balancer);
  return true;
}

inline bool abandon_heartbeat(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  if (!process.awaited || process.abandoned) return false;
  if (!spend(scenario, state, Fault::lost_heartbeat)) return false;
  if (process.awaited->fate == Heartbeat::Fate::travels) process.abandoned = process.awaited;
  process.awaited.reset();
  return true;
}

inline bool take_abandoned(State& state, std::size_t balancer) {
  auto& abandoned = state.balancers[balancer].abandoned;
  if (!abandoned) return false;
  Heartbeat heartbeat = *abandoned;
  abandoned.reset();
  take(state, balancer, heartbeat);
  return true;
}

// ---- Reading ----

inline bool adopt(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  using Standing = BalancerStanding::Stage;
  if (!process.arriving || process.standing.stage() == Standing::absent) return false;
  const std::shared_ptr<const ClusterView> view = std::move(process.arriving);
  process.arriving = nullptr;
  const bool other = view->assignment && view->assignment_created != process.created;
  if (process.known == Known::present && (!view->assignment || other)) {
    fall_silent(scenario, state, balancer);
    return true;
  }
  process.known = view->assignment ? Known::present : Known::absent;
  if (!view->assignment || view->assignment->epoch < process.standing.obeys()) return true;
  process.standing.adopt(view->assignment->epoch, balancer_clock(state, balancer));
  process.created = view->assignment_created;
  process.revision = view->assignment_revision;
  process.stage = view->assignment->buckets[0].stage;
  process.owner = node_number(view->assignment->buckets[0].owner);
  return true;
}

// Linearizably, once it has registered; later a watch tells what has changed.
inline bool read_assignment(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  using Standing = BalancerStanding::Stage;
  if (process.arriving) return false;
  const bool registered = process.standing.stage() != Standing::absent;
  if (!registered && !scenario.broken.serve_before_registering) return false;
  const bool news =
      process.known == Known::nothing || state.etcd->assignment_revision != process.revision;
  if (!news) return false;
  process.arriving = state.etcd;
  if (!scenario.fine[balancer] && registered) adopt(scenario, state, balancer);
  return true;
}

// ---- Requests ----

inline bool pass_request(const Scenario& scenario, State& state, std::size_t balancer) {
  BalancerProcess& process = state.balancers[balancer];
  if (!process.standing.vouches(balancer_clock(state, balancer))) return false;
  if (process.stage != Stage::serving || process.owner < 0) return false;
  const auto node = static_cast<std::size_t>(process.owner);
  const bool opens = process.tunnel < 0;
  if (opens) {
    process.tunnel = process.owner;
    process.tunnel_epoch = process.standing.obeys();
  }
  const bool changed = reach(scenario, state, node, process.standing.obeys());
  return opens || changed;
}

// Through what runs already. A node that checks has closed what is older than its floor.
inline bool edit(const Scenario& scenario, State& state, std::size_t balancer) {
  const BalancerProcess& process = state.balancers[balancer];
  if (process.tunnel < 0) return false;
  return reach(scenario, state, static_cast<std::size_t>(process.tunnel), process.tunnel_epoch);
}

inline bool end_request(const Scenario& scenario, State& state, std::size_t balancer) {
  if (state.balancers[balancer].tunnel < 0) return false;
  cut(scenario, state, balancer);
  return true;
}

inline bool restart_balancer(const Scenario& scenario, State& state, std::size_t balancer) {
  if (!spend(scenario, state, Fault::lost_balancer)) return false;
  cut(scenario, state, balancer);
  BalancerProcess& process = state.balancers[balancer];
  forget(process);
  // What it has sent would be written under its old id, which nobody changes any more.
  process.awaited.reset();
  process.abandoned.reset();
  ++process.started;
  return true;
}

}  // namespace stickler::cluster::handover
