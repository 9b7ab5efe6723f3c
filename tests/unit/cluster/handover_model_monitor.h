// SPDX-License-Identifier: MIT
// The handover's model: what one monitor does around its MonitorRules. It keeps to the rules,
// unless the scenario has left one out.
#pragma once

#include "cluster/handover_model_nodes.h"

namespace stickler::cluster::handover {

inline bool is_elected(const State& state, std::size_t monitor) {
  const auto& key = state.etcd->monitor;
  const std::int64_t elected = state.monitors[monitor].elected;
  return key && elected != 0 && key->created == elected;
}

// `rules` of this monitor, to be changed.
inline MonitorRules& change_rules(State& state, std::size_t monitor) {
  auto changed = std::make_shared<MonitorRules>(*state.monitors[monitor].rules);
  MonitorRules& rules = *changed;
  state.monitors[monitor].rules = std::move(changed);
  return rules;
}

inline bool elect(const Scenario& scenario, State& state, std::size_t monitor) {
  if (!spend(scenario, state, Fault::election)) return false;
  ClusterView& view = change(state);
  view.monitor = MonitorKey{view.revision, view.revision, node_name(monitor), {}};
  MonitorProcess& process = state.monitors[monitor];
  process.elected = view.revision;
  process.rules = std::make_shared<MonitorRules>(scenario.terms);
  for (auto& call : process.calls) call.reset();
  return true;
}

inline ClusterView as_seen(const Scenario& scenario, const State& state) {
  ClusterView view = *state.etcd;
  if (!scenario.broken.one_confirmation || !view.assignment) return view;
  const std::uint64_t since = view.assignment->buckets[0].since;
  const bool confirmed = std::ranges::any_of(view.balancers, [&](const auto& entry) {
    return entry.second.obeys >= since && entry.second.busy.empty();
  });
  for (auto& [id, key] : view.balancers) {
    if (!confirmed) break;
    key.obeys = since;
    key.busy.clear();
  }
  return view;
}

inline void begin_calls(const Scenario& scenario, State& state, std::size_t monitor,
                        const ClusterView& view) {
  MonitorProcess& process = state.monitors[monitor];
  for (const MonitorRules::Call& call : process.rules->calls(view)) {
    auto& slot = process.calls[static_cast<std::size_t>(node_number(call.node))];
    if (slot) continue;
    if (scenario.broken.give_before_unload) {
      change_rules(state, monitor).unloaded(call);
    } else {
      slot = UnloadCall{call, false};
    }
  }
}

// Its key changes; whatever it has sent before comes too late now.
inline void beat(State& state, std::size_t monitor) {
  if (!is_elected(state, monitor)) return;
  ClusterView& view = change(state);
  view.monitor->revision = view.revision;
}

// It reads, and sends off what follows from that. Always true: what changes nothing leads to a
// state that is known already.
inline bool look(const Scenario& scenario, State& state, std::size_t monitor) {
  MonitorProcess& process = state.monitors[monitor];
  if (process.elected == 0) return false;
  if (process.writes[0] && !scenario.broken.forget_pending) beat(state, monitor);
  const ClusterView view = as_seen(scenario, state);
  const BootTime now = monitor_clock(state, monitor);
  change_rules(state, monitor).see(view, now, now);
  for (std::size_t i = 0; i < scenario.writes; ++i) {
    if (process.writes[i]) continue;
    std::optional<Assignment> next = process.rules->next(view, state.last_epoch + 1);
    if (!next) break;
    auto content = std::make_shared<const Assignment>(std::move(*next));
    const std::int64_t beat = view.monitor ? view.monitor->revision : 0;
    process.writes[i] = Write{std::move(content), view.assignment_revision, process.elected, beat};
    break;
  }
  begin_calls(scenario, state, monitor, view);
  return true;
}

inline bool holds_election(const Scenario& scenario, const State& state, const Write& write) {
  const auto& key = state.etcd->monitor;
  if (scenario.broken.unfenced_election) return true;
  return key && key->created == write.elected &&
         (key->revision == write.beat || scenario.broken.forget_pending);
}

inline bool holds_fence(const Scenario& scenario, const State& state, const Write& write) {
  const ClusterView& etcd = *state.etcd;
  const bool same = etcd.assignment_revision == write.revision;
  // It takes its own write, of which it has not heard, for nothing.
  const bool own = scenario.broken.assume_unwritten && etcd.assignment.has_value();
  return holds_election(scenario, state, write) &&
         (same || own || scenario.broken.unfenced_revision);
}

// Nothing that may still happen lets it through. That there is no assignment may be so again.
inline bool is_hopeless(const Scenario& scenario, const State& state, const Write& write) {
  const ClusterView& etcd = *state.etcd;
  const Broken& broken = scenario.broken;
  if (!holds_election(scenario, state, write)) return true;
  const bool vanishes = may(scenario, Fault::deletion) || may(scenario, Fault::restoration);
  const bool same = etcd.assignment_revision == write.revision;
  return !same && (write.revision != 0 || !vanishes) && !broken.unfenced_revision &&
         !broken.assume_unwritten;
}

inline bool write(const Scenario& scenario, State& state, std::size_t monitor, std::size_t slot) {
  auto& pending = state.monitors[monitor].writes[slot];
  if (!pending) return false;
  const Write written = *pending;
  pending.reset();
  if (!holds_fence(scenario, state, written)) return true;
  ClusterView& view = change(state);
  if (!view.assignment) view.assignment_created = view.revision;
  view.assignment = *written.assignment;
  view.assignment_revision = view.revision;
  state.last_epoch = std::max(state.last_epoch, written.assignment->epoch);
  return true;
}

inline bool lose_write(State& state, std::size_t monitor, std::size_t slot) {
  auto& pending = state.monitors[monitor].writes[slot];
  if (!pending) return false;
  pending.reset();
  return true;
}

// ---- Calls ----

inline void unload(State& state, const UnloadCall& call, std::size_t node) {
  state.nodes[node].loaded = false;
  state.nodes[node].floor = std::max(state.nodes[node].floor, call.call.epoch);
}

inline bool execute_call(const Scenario& scenario, State& state, std::size_t monitor,
                         std::size_t node) {
  auto& call = state.monitors[monitor].calls[node];
  if (!call || call->executed || !scenario.slow_answers) return false;
  unload(state, *call, node);
  call->executed = true;
  return true;
}

inline bool answer_call(const Scenario& scenario, State& state, std::size_t monitor,
                        std::size_t node) {
  auto& slot = state.monitors[monitor].calls[node];
  if (!slot || slot->executed != scenario.slow_answers) return false;
  const UnloadCall call = *slot;
  slot.reset();
  if (!call.executed) unload(state, call, node);
  change_rules(state, monitor).unloaded(call.call);
  return true;
}

inline bool fail_call(const Scenario& scenario, State& state, std::size_t monitor, std::size_t node,
                      Fault how) {
  auto& slot = state.monitors[monitor].calls[node];
  if (!slot || !spend(scenario, state, how)) return false;
  const UnloadCall call = *slot;
  slot.reset();
  change_rules(state, monitor)
      .failed(call.call, how == Fault::lost_call, monitor_clock(state, monitor));
  return true;
}

}  // namespace stickler::cluster::handover
