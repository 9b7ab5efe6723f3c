// SPDX-License-Identifier: MIT
// The handover's model: what becomes of a state once nothing goes wrong any more, and everybody who
// can do something does it before the next tick.
#pragma once

#include "cluster/handover_model.h"

namespace stickler::cluster::handover {

// In which order everybody acts within a tick, and whether nodes without a key come back.
struct Calm {
  bool backwards = false;
  bool nodes_return = true;
};

class Continuation {
 public:
  Continuation(const Scenario& scenario, Calm calm)
      : scenario_(calm_scenario(scenario)), calm_(calm), turn_(turn()) {}

  // Whether the bucket is served again, by all balancers, before long.
  bool serves(State state) {
    constexpr int kTicks = 40;
    std::vector<Fingerprint> way;
    Canon canon(scenario_);
    for (int i = 0; i < kTicks; ++i) {
      state.used.fill(0);
      way.push_back(canon.of(state));
      const bool nobody_left = !calm_.nodes_return && state.etcd->nodes.empty();
      // What follows from a state is determined: it need not be gone through twice.
      if (nobody_left || is_served(state) || good_.contains(way.back())) {
        for (const Fingerprint& print : way) good_.add(print);
        return true;
      }
      act(state);
    }
    return false;
  }

 private:
  static Scenario calm_scenario(Scenario scenario) {
    constexpr int kAny = 100;
    scenario.limits = Limits().with(Fault::election, kAny).with(Fault::lost_call, kAny);
    return scenario;
  }

  std::vector<Action> turn() const {
    std::vector<Action> turn;
    for (const Action action : all_actions(scenario_)) {
      const bool wanted = action.step != Step::tick && action.step != Step::edit &&
                          action.step != Step::elect && action.step != Step::lose_write &&
                          action.step != Step::lose_call && action.step != Step::come_back;
      if (wanted) turn.push_back(action);
    }
    if (calm_.backwards) std::ranges::reverse(turn);
    return turn;
  }

  void act(State& state) {
    if (!is_elected(state, 0)) apply(scenario_, state, {Step::elect, 0, 0});
    for (std::uint8_t node = 0; node < scenario_.nodes; ++node) {
      if (calm_.nodes_return) apply(scenario_, state, {Step::come_back, node, 0});
      // Who has no key and does not come back does not answer either.
      if (!has_key(state, node)) apply(scenario_, state, {Step::lose_call, 0, node});
    }
    for (const Action action : turn_) {
      const bool answers = action.step == Step::execute_call || action.step == Step::answer_call;
      if (answers && !has_key(state, action.what)) continue;
      if (action.step == Step::end_request && is_serving(state, action.who)) continue;
      apply(scenario_, state, action);
    }
    apply(scenario_, state, {Step::tick, 0, 0});
  }

  static bool is_serving(const State& state, std::size_t balancer) {
    return state.balancers[balancer].stage == Stage::serving;
  }

  bool is_served(const State& state) const {
    const ClusterView& etcd = *state.etcd;
    if (!etcd.assignment) return false;
    const BucketState& bucket = etcd.assignment->buckets[0];
    if (bucket.stage != Stage::serving || !etcd.nodes.contains(bucket.owner)) return false;
    for (std::size_t i = 0; i < scenario_.balancers; ++i) {
      const BalancerProcess& process = state.balancers[i];
      const bool serves = process.standing.vouches(balancer_clock(state, i)) &&
                          is_serving(state, i) && process.created == etcd.assignment_created &&
                          process.owner == node_number(bucket.owner);
      if (!serves) return false;
    }
    return true;
  }

  Scenario scenario_;
  Calm calm_;
  std::vector<Action> turn_;
  Met good_;
};

}  // namespace stickler::cluster::handover
