// SPDX-License-Identifier: MIT
// Every order of events that a scenario allows, tried on the code that decides: MonitorRules and
// BalancerStanding themselves, with etcd, clocks, nodes and messages as plain values around them.
// What must never be: two nodes that have the bucket in memory and may serve or write it.
#pragma once

#include <deque>

#include "base/assert.h"
#include "cluster/handover_model_canon.h"
#include "cluster/handover_model_text.h"

namespace stickler::cluster::handover {

// Fingerprints that were met, in open addressing: memory is what bounds an exploration.
class Met {
 public:
  // False if it was met before.
  bool add(const Fingerprint& print) {
    if (10 * (size_ + 1) > 7 * slots_.size()) grow();
    Fingerprint& slot = slots_[place_of(print)];
    if (slot == print) return false;
    slot = print;
    ++size_;
    return true;
  }
  bool contains(const Fingerprint& print) const { return slots_[place_of(print)] == print; }

 private:
  // Where it is, or would be.
  std::size_t place_of(const Fingerprint& print) const {
    std::size_t place = print.high % slots_.size();
    while (slots_[place] != print && slots_[place] != Fingerprint{}) {
      place = (place + 1) % slots_.size();
    }
    return place;
  }
  void grow() {
    const std::vector<Fingerprint> before = std::exchange(slots_, {});
    slots_.resize(2 * before.size());
    for (const Fingerprint& print : before) {
      if (print != Fingerprint{}) slots_[place_of(print)] = print;
    }
  }

  std::vector<Fingerprint> slots_ = std::vector<Fingerprint>(1U << 12U);
  std::size_t size_ = 0;
};

struct Explored {
  std::size_t states = 0;
  bool complete = false;           // else there were more than were allowed
  bool moved = false;              // B has had the bucket, and A too
  std::vector<std::string> trace;  // to what must not be
  bool safe() const { return trace.empty(); }
};

inline bool is_double(const State& state) {
  return std::ranges::count_if(state.nodes, &NodeProcess::loaded) > 1;
}

inline State first_state(const Scenario& scenario) {
  State state;
  state.balancers.assign(scenario.balancers, BalancerProcess(scenario.terms.terms));
  auto etcd = std::make_shared<ClusterView>();
  etcd->revision = 1;
  for (std::size_t i = 0; i < scenario.nodes; ++i) etcd->nodes[node_name(i)];
  if (scenario.start != Start::empty) {
    Assignment assignment;
    assignment.epoch = state.last_epoch = 1;
    assignment.nodes = etcd->nodes;
    const bool closing = scenario.start == Start::closing;
    assignment.buckets = {{Stage::serving, "A", "", 1, Cause::none}};
    etcd->assignment = assignment;
    etcd->assignment_created = etcd->assignment_revision = 1;
    state.etcd = etcd;
    for (std::size_t i = 0; i < scenario.balancers; ++i) {
      Scenario coarse = scenario;
      coarse.fine = {};
      coarse.broken = {};
      send_heartbeat(coarse, state, i);
      read_assignment(coarse, state, i);
      pass_request(coarse, state, i);
    }
    if (closing) {
      ClusterView& view = change(state);
      view.assignment->epoch = state.last_epoch = 2;
      view.assignment->buckets = {{Stage::closing, "A", "B", 2, Cause::rebalance}};
      view.assignment_revision = view.revision;
    }
    if (scenario.start == Start::vanished) {
      for (std::size_t i = 0; i < scenario.balancers; ++i) fall_silent(scenario, state, i);
      ClusterView& view = change(state);
      view.assignment->epoch = state.last_epoch = 2;
      view.assignment->buckets = {{Stage::unloading, "", "B", 2, Cause::vanished}};
      view.assignment_created = view.assignment_revision = view.revision;
    }
  } else {
    state.etcd = etcd;
  }
  return state;
}

class Exploration {
 public:
  // `script`: what has happened before anything may.
  explicit Exploration(const Scenario& scenario, const std::vector<Action>& script = {})
      : scenario_(scenario),
        canon_(scenario_),
        actions_(all_actions(scenario_)),
        first_(first_state(scenario_)) {
    for (const Action action : script) {
      const bool done = apply(scenario_, first_, action);
      ASSERT(done);
    }
  }

  // Breadth first: the trace that is found is as short as any. `may_be`: whether a state may; that
  // two have the bucket never may.
  Explored run(std::size_t most) {
    return run(most, [](const State&) { return true; });
  }
  template <typename MayBe>
  Explored run(std::size_t most, const MayBe& may_be) {
    Explored found;
    enter(State(first_), 0, {});
    while (!open_.empty()) {
      const State state = std::move(open_.front().first);
      const std::size_t index = open_.front().second;
      open_.pop_front();
      found.moved = found.moved || (state.nodes[1].loaded && state.last_epoch > 1);
      if (is_double(state) || !may_be(state)) {
        found.trace = trace_to(index);
        break;
      }
      if (came_.size() > most) break;
      for (const Action action : actions_) {
        State next = state;
        if (apply(scenario_, next, action)) enter(std::move(next), index, action);
      }
    }
    found.states = came_.size();
    found.complete = open_.empty();
    return found;
  }

 private:
  void enter(State&& state, std::size_t from, Action action) {
    if (!met_.add(canon_.of(state))) return;
    open_.emplace_back(std::move(state), came_.size());
    came_.push_back({static_cast<std::uint32_t>(from), action});
  }

  std::vector<std::string> trace_to(std::size_t index) const {
    std::vector<Action> actions;
    for (; index != 0; index = came_[index].from) actions.push_back(came_[index].action);
    State state = first_;
    std::vector<std::string> trace{"at first: " + describe(state)};
    for (auto action = actions.rbegin(); action != actions.rend(); ++action) {
      apply(scenario_, state, *action);
      trace.push_back(describe(*action) + " | " + describe(state));
    }
    return trace;
  }

  struct Came {
    std::uint32_t from = 0;
    Action action;
  };

  const Scenario scenario_;
  Canon canon_;
  std::vector<Action> actions_;
  State first_;
  Met met_;
  std::deque<std::pair<State, std::size_t>> open_;
  std::vector<Came> came_;
};

}  // namespace stickler::cluster::handover
