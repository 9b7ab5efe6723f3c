// SPDX-License-Identifier: MIT
// The handover's model: everything that may happen next, under one name each.
#pragma once

#include "cluster/handover_model_balancer.h"
#include "cluster/handover_model_monitor.h"

namespace stickler::cluster::handover {

enum class Step : std::uint8_t {
  tick,  // `who`: bits of clocks that go wrong, balancers' first
  send_heartbeat,
  take_heartbeat,
  hear_of_heartbeat,
  abandon_heartbeat,
  take_abandoned,
  read_assignment,
  adopt,
  pass_request,
  edit,
  end_request,
  restart_balancer,
  elect,
  look,
  write,
  lose_write,
  execute_call,
  answer_call,
  lose_call,
  refuse_call,
  lose_key,
  come_back,
  restart_node,
  freeze,
  deliver_late,
  delete_assignment,
  restore_empty,
};

struct Action {
  Step step = Step::tick;
  std::uint8_t who = 0;
  std::uint8_t what = 0;
};

// Everybody's clock. Who may no longer vouch falls silent at once: a frozen one cannot pass
// anything on before it has looked at its clock.
inline bool tick(const Scenario& scenario, State& state, unsigned wrong) {
  ++state.now;
  for (std::size_t i = 0; i < scenario.balancers; ++i) {
    if ((wrong >> i & 1U) == 0) continue;
    if (!spend(scenario, state, Fault::slow_clock)) return false;
    ++state.balancers[i].missed;
  }
  for (std::size_t i = 0; i < scenario.monitors; ++i) {
    if ((wrong >> (kBalancers + i) & 1U) == 0) continue;
    if (state.monitors[i].elected == 0) return false;
    if (!spend(scenario, state, Fault::fast_clock)) return false;
    ++state.monitors[i].gained;
  }
  for (std::size_t i = 0; i < scenario.balancers; ++i) look_at_clock(scenario, state, i);
  for (std::size_t i = 0; i < scenario.nodes; ++i) {
    pass_time(scenario, state, i);
  }
  return true;
}

// What cannot have any effect any more is forgotten, so that it does not count as a difference.
inline void tidy(const Scenario& scenario, State& state) {
  for (std::size_t i = 0; i < scenario.monitors; ++i) {
    MonitorProcess& process = state.monitors[i];
    if (scenario.monitors == 1 && !is_elected(state, i)) {
      process.elected = 0;
      process.rules = nullptr;
      for (auto& call : process.calls) call.reset();
    }
    for (auto& write : process.writes) {
      if (write && is_hopeless(scenario, state, *write)) write.reset();
    }
    if (!process.writes[0]) std::swap(process.writes[0], process.writes[1]);
  }
  for (std::size_t i = 0; i < scenario.nodes; ++i) {
    NodeProcess& node = state.nodes[i];
    if (scenario.checks_epochs && node.queued_epoch < node.floor) node.queued_epoch = 0;
  }
}

inline bool of_balancer(const Scenario& scenario, State& state, Action action) {
  switch (action.step) {
    case Step::send_heartbeat:
      return send_heartbeat(scenario, state, action.who);
    case Step::take_heartbeat:
      return take_heartbeat(state, action.who);
    case Step::hear_of_heartbeat:
      return hear_of_heartbeat(scenario, state, action.who);
    case Step::abandon_heartbeat:
      return abandon_heartbeat(scenario, state, action.who);
    case Step::take_abandoned:
      return take_abandoned(state, action.who);
    case Step::read_assignment:
      return read_assignment(scenario, state, action.who);
    case Step::adopt:
      return adopt(scenario, state, action.who);
    case Step::pass_request:
      return pass_request(scenario, state, action.who);
    case Step::edit:
      return edit(scenario, state, action.who);
    case Step::end_request:
      return end_request(scenario, state, action.who);
    default:
      return restart_balancer(scenario, state, action.who);
  }
}

inline bool of_monitor(const Scenario& scenario, State& state, Action action) {
  switch (action.step) {
    case Step::elect:
      return elect(scenario, state, action.who);
    case Step::look:
      return look(scenario, state, action.who);
    case Step::write:
      return write(scenario, state, action.who, action.what);
    case Step::lose_write:
      return lose_write(state, action.who, action.what);
    case Step::execute_call:
      return execute_call(scenario, state, action.who, action.what);
    case Step::answer_call:
      return answer_call(scenario, state, action.who, action.what);
    case Step::lose_call:
      return fail_call(scenario, state, action.who, action.what, Fault::lost_call);
    default:
      return fail_call(scenario, state, action.who, action.what, Fault::refused_call);
  }
}

inline bool of_world(const Scenario& scenario, State& state, Action action) {
  switch (action.step) {
    case Step::tick:
      return tick(scenario, state, action.who);
    case Step::lose_key:
      return lose_key(scenario, state, action.who);
    case Step::come_back:
      return come_back(scenario, state, action.who);
    case Step::restart_node:
      return restart_node(scenario, state, action.who);
    case Step::freeze:
      return freeze(scenario, state, action.who);
    case Step::deliver_late:
      return deliver_late(scenario, state, action.who);
    case Step::delete_assignment:
      return delete_assignment(scenario, state);
    default:
      return restore_empty(scenario, state);
  }
}

inline bool is_of_balancer(Step step) {
  return step >= Step::send_heartbeat && step <= Step::restart_balancer;
}
inline bool is_of_monitor(Step step) { return step >= Step::elect && step <= Step::refuse_call; }

// False if it cannot happen, or changes nothing.
inline bool apply(const Scenario& scenario, State& state, Action action) {
  const bool done = is_of_balancer(action.step)  ? of_balancer(scenario, state, action)
                    : is_of_monitor(action.step) ? of_monitor(scenario, state, action)
                                                 : of_world(scenario, state, action);
  if (done) tidy(scenario, state);
  return done;
}

// Whatever could happen in some state of this scenario.
inline std::vector<Action> all_actions(const Scenario& scenario) {
  std::vector<Action> all;
  const auto add = [&](Step step, std::size_t who, std::size_t what = 0) {
    all.push_back({step, static_cast<std::uint8_t>(who), static_cast<std::uint8_t>(what)});
  };
  for (std::size_t wrong = 0; wrong < 1U << (kBalancers + scenario.monitors); ++wrong) {
    const bool slow = wrong % (1U << kBalancers) != 0;
    const bool fast = wrong >> kBalancers != 0;
    if (slow && !may(scenario, Fault::slow_clock)) continue;
    if (fast && !may(scenario, Fault::fast_clock)) continue;
    add(Step::tick, wrong);
  }
  for (std::size_t i = 0; i < scenario.balancers; ++i) {
    for (Step step : {Step::send_heartbeat, Step::read_assignment, Step::adopt, Step::pass_request,
                      Step::edit, Step::end_request}) {
      add(step, i);
    }
    if (may(scenario, Fault::lost_balancer)) add(Step::restart_balancer, i);
    if (!scenario.fine[i]) continue;
    add(Step::take_heartbeat, i);
    add(Step::hear_of_heartbeat, i);
    if (!may(scenario, Fault::lost_heartbeat)) continue;
    add(Step::abandon_heartbeat, i);
    add(Step::take_abandoned, i);
  }
  for (std::size_t i = 0; i < scenario.monitors; ++i) {
    add(Step::elect, i);
    add(Step::look, i);
    for (std::size_t slot = 0; slot < scenario.writes; ++slot) {
      add(Step::write, i, slot);
      add(Step::lose_write, i, slot);
    }
    for (std::size_t node = 0; node < scenario.nodes; ++node) {
      if (scenario.slow_answers) add(Step::execute_call, i, node);
      add(Step::answer_call, i, node);
      if (may(scenario, Fault::lost_call)) add(Step::lose_call, i, node);
      if (may(scenario, Fault::refused_call)) add(Step::refuse_call, i, node);
    }
  }
  for (std::size_t i = 0; i < scenario.nodes; ++i) {
    if (may(scenario, Fault::lost_key)) add(Step::lose_key, i);
    add(Step::come_back, i);
    if (may(scenario, Fault::lost_node)) add(Step::restart_node, i);
    if (may(scenario, Fault::frozen_node)) add(Step::freeze, i);
    if (scenario.late != 0) add(Step::deliver_late, i);
  }
  if (may(scenario, Fault::deletion)) add(Step::delete_assignment, 0);
  if (may(scenario, Fault::restoration)) add(Step::restore_empty, 0);
  return all;
}

}  // namespace stickler::cluster::handover
