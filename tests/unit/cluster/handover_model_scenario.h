// SPDX-License-Identifier: MIT
// What a run of the handover's model is about: how long things take, what may go wrong and how
// often, and which of the rules somebody has forgotten.
#pragma once

#include <array>
#include <string>

#include "cluster/monitor_rules.h"

namespace stickler::cluster::handover {

inline constexpr std::size_t kNodes = 3;
inline constexpr std::size_t kBalancers = 2;
inline constexpr std::size_t kMonitors = 2;
inline constexpr Duration kTick = std::chrono::seconds(1);

// What goes wrong so and so often in one run, over all who take part. Delay needs no entry: every
// step may come as late as it likes, which also is what a frozen process looks like from outside.
enum class Fault : std::uint8_t {
  slow_clock,      // a balancer's clock misses a tick
  fast_clock,      // a monitor's clock gains one
  lost_key,        // a node's key goes, for whatever reason; the node may live or be frozen
  frozen_node,     // a node sleeps through a tick, so shortly that it keeps its key
  lost_node,       // a node starts anew, with nothing in memory
  lost_balancer,   // a balancer is killed, and starts again as another process
  lost_heartbeat,  // its sender gives up waiting; it may be written later
  lost_call,       // a node cannot be called; it may have done what it was asked all the same
  refused_call,    // a node answers that it will not unload
  election,        // somebody else becomes monitor, or the same one again, knowing nothing
  deletion,        // of the assignment
  restoration,     // etcd is empty
  kCount,
};

struct Limits {
  std::array<int, static_cast<std::size_t>(Fault::kCount)> most{};
  Limits& with(Fault fault, int times) {
    most[static_cast<std::size_t>(fault)] = times;
    return *this;
  }
};

// The rules of the protocol, each of which somebody may have left out.
struct Broken {
  bool serve_before_registering = false;  // 1: what was read before that counts
  bool silence_runs_on = false;           // 2: what runs is not cut
  bool one_confirmation = false;          // 3: one balancer speaks for all
  bool confirm_busy = false;              // 4: whether it has drained or not
  bool give_before_unload = false;        // 5: nobody calls the owner
  bool unfenced_revision = false;         // 6: whatever the assignment has become meanwhile
  bool unfenced_election = false;         // 6: whoever is monitor by now
  bool forget_pending = false;            // 11: what it has sent may come after it has looked anew
  bool assume_unwritten = false;          // 11: what was not acknowledged has not happened
  bool keeps_queue = false;               // a node that lost its key reads on what it was sent
  bool keeps_memory = false;              // … and comes back with what it had in memory
};

enum class Start : std::uint8_t {
  empty,     // nodes are there, nobody has assigned anything
  serving,   // the bucket is A's, and both balancers serve
  closing,   // the same, and a rebalance is about to move it to B
  vanished,  // A has it in memory, nobody knows, and everybody is asked to forget it
};

struct Scenario {
  const char* name = "";
  Start start = Start::serving;
  Limits limits;
  Broken broken;
  MonitorTerms terms;  // what everybody goes by
  int node_fence = 0;  // in ticks without a key: so soon a node has forgotten, whatever it does
  int node_idle = 0;   // in ticks without a request: so soon it forgets by itself; 0: never
  std::size_t nodes = 2;
  std::size_t balancers = 2;
  std::size_t monitors = 1;    // 2: one that was deposed goes on; else it stops there and then
  std::size_t writes = 1;      // of one monitor under way at the same time
  bool checks_epochs = false;  // nodes refuse requests that are older than their last unloading
  int late = 0;                // ticks for which a cut request may still reach its node; 0: none,
                               // negative: for ever
  std::array<bool, kBalancers> fine{};  // its sending, writing and hearing are steps of their own
  bool slow_answers = false;            // the same of a node's unloading
};

// A term of three ticks and a margin of one: vouched for two, awaited for four.
inline MonitorTerms small_terms() {
  MonitorTerms terms;
  terms.buckets = 1;
  terms.terms = {3 * kTick, kTick};
  terms.lease = kTick;
  terms.grace = kTick;
  terms.linger = Duration{0};
  terms.unload_limit = kTick;
  return terms;
}

inline Scenario scenario(const char* name, Start start, Limits limits) {
  Scenario made;
  made.name = name;
  made.start = start;
  made.limits = limits;
  made.terms = small_terms();
  made.node_fence = 2;
  return made;
}

}  // namespace stickler::cluster::handover
