// SPDX-License-Identifier: MIT
// The handover's model in words, for the trace that leads to what must not be.
#pragma once

#include "cluster/handover_model_steps.h"

namespace stickler::cluster::handover {

inline const char* to_string(Step step) {
  constexpr std::array kNames{"a tick",
                              "sends a heartbeat",
                              "'s heartbeat is written",
                              "hears of its heartbeat",
                              "gives up waiting for its heartbeat",
                              "'s abandoned heartbeat is written",
                              "reads the assignment",
                              "adopts it",
                              "passes a request",
                              "edits through what runs",
                              "ends what runs",
                              "is killed and starts again",
                              "is elected",
                              "looks",
                              "'s write is made",
                              "'s write is lost",
                              "'s call unloads",
                              "'s call is answered",
                              "'s call is lost",
                              "'s call is refused",
                              "loses its key",
                              "is there again",
                              "starts again with nothing",
                              "sleeps through the next tick",
                              "reads what came late",
                              "the assignment is deleted",
                              "etcd is restored empty"};
  return kNames.at(static_cast<std::size_t>(step));
}

inline std::string describe(Action action) {
  const auto letter = [](char first, std::size_t number) {
    return std::string(1, static_cast<char>(first + static_cast<char>(number)));
  };
  const std::string words = to_string(action.step);
  const std::string verb = words[0] == '\'' ? words : " " + words;
  if (action.step == Step::tick) {
    return action.who == 0 ? words : words + ", wrong for " + std::to_string(action.who);
  }
  if (action.step >= Step::delete_assignment) return words;
  if (is_of_balancer(action.step)) return letter('x', action.who) + verb;
  if (!is_of_monitor(action.step)) return letter('A', action.who) + verb;
  const bool call = action.step >= Step::execute_call;
  return letter('M', action.who) + verb + (call ? " (" + letter('A', action.what) + ")" : "");
}

inline std::string describe(const BucketState& bucket) {
  std::string text = to_string(bucket.stage);
  text += " " + (bucket.owner.empty() ? "anybody" : bucket.owner);
  if (bucket.moves()) text += " to " + bucket.next;
  return text + " since " + std::to_string(bucket.since);
}

inline std::string describe(const State& state) {
  const ClusterView& etcd = *state.etcd;
  std::string text = etcd.assignment ? std::to_string(etcd.assignment->epoch) + " " +
                                           describe(etcd.assignment->buckets[0])
                                     : "no assignment";
  text += "; keys";
  for (const auto& node : etcd.nodes) text += " " + node.first;
  for (const auto& [id, key] : etcd.balancers) {
    text += " " + id + ":" + std::to_string(key.obeys) + (key.busy.empty() ? "" : " busy");
  }
  for (std::size_t i = 0; i < state.balancers.size(); ++i) {
    const BalancerProcess& process = state.balancers[i];
    text += "; " + balancer_id(state, i);
    if (process.standing.stage() == BalancerStanding::Stage::absent) text += " silent";
    if (process.standing.obeys() != 0) text += " obeys " + std::to_string(process.standing.obeys());
    if (process.tunnel >= 0)
      text += " tunnel " + node_name(static_cast<std::size_t>(process.tunnel));
  }
  text += "; loaded";
  for (std::size_t i = 0; i < kNodes; ++i) {
    if (state.nodes[i].loaded) text += " " + node_name(i);
  }
  return text;
}

}  // namespace stickler::cluster::handover
