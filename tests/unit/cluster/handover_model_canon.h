// SPDX-License-Identifier: MIT
// The handover's model: when two moments are the same. Times count from now, and no further than
// anybody asks; epochs and revisions count by their order alone; balancers may change places.
#pragma once

#include <algorithm>

#include "cluster/handover_model_balancer.h"
#include "cluster/handover_model_monitor.h"

namespace stickler::cluster::handover {

struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const Fingerprint&) const = default;
};

class Canon {
 public:
  explicit Canon(const Scenario& scenario) : scenario_(scenario) {}

  Fingerprint of(const State& state) {
    bytes_.clear();
    epochs_.clear();
    std::array<std::size_t, kBalancers + 1> begins{};
    for (std::size_t i = 0; i < scenario_.balancers; ++i) {
      begins[i] = bytes_.size();
      put_balancer(state, i);
    }
    begins[kBalancers] = bytes_.size();
    put_etcd(state);
    put_nodes(state);
    for (std::size_t i = 0; i < scenario_.monitors; ++i) put_monitor(state, i);
    for (const std::int8_t used : state.used) put(used);
    rank_epochs();
    if (scenario_.balancers == 2 && scenario_.fine[0] == scenario_.fine[1]) sort_balancers(begins);
    return hash();
  }

 private:
  template <typename Number>
  void put(Number number) {
    bytes_.push_back(static_cast<std::uint8_t>(number));
  }
  // Ranked once all are known.
  void put_epoch(std::uint64_t epoch) {
    epochs_.emplace_back(bytes_.size(), epoch);
    bytes_.push_back(0);
  }
  // `age`, but no more than `most`: who has waited for longer has waited long enough. Everything
  // happens at whole ticks, so a part of one has to pass as a whole.
  void put_age(Duration age, Duration most) {
    put(std::clamp(age, -20 * kTick, ticks_up(most) * kTick) / kTick);
  }
  // Until `moment`, if that is still to come.
  void put_wait(BootTime now, BootTime moment) { put(ticks_up(moment - now)); }
  static Duration::rep ticks_up(Duration time) {
    return std::max(time + kTick - Duration{1}, Duration{0}) / kTick;
  }
  void put_bucket(const BucketState& bucket) {
    put(bucket.stage);
    put(node_number(bucket.owner));
    put(node_number(bucket.next));
    put(bucket.cause);
    put_epoch(bucket.since);
  }
  void put_names(const std::map<std::string, NodeUrls>& nodes) {
    unsigned set = 0;
    for (const auto& node : nodes) set |= 1U << node_number(node.first);
    put(set);
  }

  void put_balancer(const State& state, std::size_t index) {
    const BalancerProcess& process = state.balancers[index];
    const BootTime now = balancer_clock(state, index);
    const BalancerStanding& standing = process.standing;
    const Duration vouched = scenario_.terms.terms.vouched();
    put(standing.stage());
    if (standing.stage() != BalancerStanding::Stage::absent) {
      put_age(now - (standing.until() - vouched), vouched);
    }
    put_epoch(standing.obeys());
    put(process.known);
    if (process.known == Known::present) put_relation(state, process.created, process.revision);
    put(process.stage);
    put(process.owner);
    put(process.tunnel);
    if (scenario_.checks_epochs || scenario_.late != 0) put_epoch(process.tunnel_epoch);
    put_heartbeat(state, process.awaited, now);
    put_heartbeat(state, process.abandoned, now);
    put(process.arriving ? 1 : 0);
    if (process.arriving) put_arriving(state, process);
    put(process.started);
    for (int started = 0; started <= process.started; ++started) put_key(state, index, started);
  }

  // How what was read of the assignment stands to what is so.
  void put_relation(const State& state, std::int64_t created, std::int64_t revision) {
    const ClusterView& etcd = *state.etcd;
    put(etcd.assignment && etcd.assignment_created == created);
    put(etcd.assignment && etcd.assignment_revision == revision);
  }

  void put_heartbeat(const State& state, const std::optional<Heartbeat>& heartbeat, BootTime now) {
    put(heartbeat ? 1 : 0);
    if (!heartbeat) return;
    put(heartbeat->fate);
    put_age(now - heartbeat->sent, scenario_.terms.terms.vouched());
    if (heartbeat->fate != Heartbeat::Fate::travels) return;
    put_epoch(heartbeat->obeys);
    put(heartbeat->busy);
    put(heartbeat->known);
    if (heartbeat->known == Known::present) {
      put_relation(state, heartbeat->created, heartbeat->revision);
    }
  }

  void put_arriving(const State& state, const BalancerProcess& process) {
    const ClusterView& view = *process.arriving;
    put(view.assignment ? 1 : 0);
    if (!view.assignment) return;
    put(view.assignment_created == process.created);
    put_relation(state, view.assignment_created, view.assignment_revision);
    put_epoch(view.assignment->epoch);
    put_bucket(view.assignment->buckets[0]);
  }

  // A balancer's key, and what each monitor knows of it.
  void put_key(const State& state, std::size_t index, int started) {
    const std::string id = balancer_id(index, started);
    const auto key = state.etcd->balancers.find(id);
    put(key != state.etcd->balancers.end());
    if (key == state.etcd->balancers.end()) return;
    put_epoch(key->second.obeys);
    put(key->second.busy.empty());
    for (std::size_t i = 0; i < scenario_.monitors; ++i) {
      const MonitorProcess& monitor = state.monitors[i];
      const Duration most = scenario_.terms.terms.awaited();
      if (monitor.elected == 0) continue;
      const auto& beats = monitor.rules->memory().beats;
      const auto beat = beats.find(id);
      const bool seen = beat != beats.end() && beat->second.revision == key->second.revision;
      put_age(seen ? monitor_clock(state, i) - beat->second.seen : -kTick, most);
    }
  }

  void put_etcd(const State& state) {
    const ClusterView& etcd = *state.etcd;
    put_names(etcd.nodes);
    put(etcd.assignment ? 1 : 0);
    if (!etcd.assignment) return;
    put_epoch(etcd.assignment->epoch);
    put_bucket(etcd.assignment->buckets[0]);
    put_names(etcd.assignment->nodes);
  }

  void put_nodes(const State& state) {
    for (std::size_t i = 0; i < scenario_.nodes; ++i) {
      const NodeProcess& node = state.nodes[i];
      put(node.loaded);
      put(node.idle);
      put(node.sleeps);
      put(has_key(state, i) ? -1 : std::min(node.gone, scenario_.node_fence));
      put_epoch(scenario_.checks_epochs ? node.floor : 0);
      put_epoch(node.queued_epoch);
      put(node.queued_epoch != 0 ? node.queued_for : 0);
    }
  }

  void put_monitor(const State& state, std::size_t index) {
    const MonitorProcess& process = state.monitors[index];
    put(process.elected == 0 ? 0 : is_elected(state, index) ? 1 : 2);
    for (const auto& write : process.writes) put_write(state, write);
    if (process.elected == 0) return;
    for (const auto& call : process.calls) {
      put(call ? 1 : 0);
      if (!call) continue;
      put_epoch(call->call.epoch);
      put(call->executed);
    }
    put_memory(state, process.rules->memory(), monitor_clock(state, index));
  }

  void put_write(const State& state, const std::optional<Write>& write) {
    put(write ? 1 : 0);
    if (!write) return;
    put(holds_election(scenario_, state, *write));
    put(state.etcd->assignment_revision == write->revision);
    put(write->revision == 0);
    put_epoch(write->assignment->epoch);
    put_bucket(write->assignment->buckets[0]);
    put_names(write->assignment->nodes);
  }

  void put_memory(const State& state, const MonitorMemory& memory, BootTime now) {
    const MonitorTerms& terms = scenario_.terms;
    const Duration forgotten = terms.until_forgotten();
    put_names(memory.known);
    put(memory.gone.size());
    for (const auto& [node, since] : memory.gone) {
      put(node_number(node));
      put_age(now - since, forgotten);
    }
    const bool vanishes = may(scenario_, Fault::deletion) || may(scenario_, Fault::restoration);
    for (const auto& entry : memory.unloading) {
      if (vanishes || is_current(state, entry.second)) put_unloading(entry.second, now);
    }
    put(0);
    put(memory.failing.size());
    for (const auto& [node, failing] : memory.failing) {
      put(node_number(node));
      put_age(now - failing.began, terms.unload_limit);
      put_wait(now, failing.again);
      put(failing.unreachable);
    }
    put(memory.stays.size());
    for (const auto& stays : memory.stays) put_wait(now, stays.second);
    put(memory.absent ? 1 : 0);
    if (memory.absent) put_age(now - *memory.absent, terms.terms.awaited());
    // It only matters where there is no assignment.
    if (state.etcd->assignment && !vanishes) return;
    put(memory.last ? 1 : 0);
    if (!memory.last) return;
    put_epoch(memory.last->epoch);
    put(node_number(memory.last->buckets[0].meant_for()));
  }

  // Else the next look forgets it, if there still is an assignment then.
  static bool is_current(const State& state, const MonitorMemory::Unloading& unloading) {
    if (!state.etcd->assignment) return true;
    const BucketState& bucket = state.etcd->assignment->buckets[0];
    return bucket.stage == Stage::unloading && bucket.since == unloading.since;
  }

  void put_unloading(const MonitorMemory::Unloading& unloading, BootTime now) {
    put(1);
    const MonitorTerms& terms = scenario_.terms;
    const Duration wait = terms.linger + terms.by_our_clock(terms.unload_wait);
    put_epoch(unloading.since);
    put_age(now - unloading.seen, std::max(wait, terms.until_forgotten()));
    put(unloading.done.size());
    for (const std::string& node : unloading.done) put(node_number(node));
  }

  void rank_epochs() {
    sorted_.clear();
    for (const auto& epoch : epochs_) sorted_.push_back(epoch.second);
    std::ranges::sort(sorted_);
    const auto rest = std::ranges::unique(sorted_);
    sorted_.erase(rest.begin(), rest.end());
    for (const auto& [place, epoch] : epochs_) {
      // Zero stands for none, and keeps its place below all.
      const auto rank = std::ranges::lower_bound(sorted_, epoch) - sorted_.begin();
      bytes_[place] = static_cast<std::uint8_t>(rank + (sorted_.front() == 0 ? 0 : 1));
    }
  }

  void sort_balancers(const std::array<std::size_t, kBalancers + 1>& begins) {
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(begins[0]);
    const auto middle = bytes_.begin() + static_cast<std::ptrdiff_t>(begins[1]);
    const auto last = bytes_.begin() + static_cast<std::ptrdiff_t>(begins[2]);
    if (std::lexicographical_compare(middle, last, first, middle)) std::rotate(first, middle, last);
  }

  Fingerprint hash() const {
    Fingerprint print{0x9e3779b97f4a7c15U, 0xc2b2ae3d27d4eb4fU ^ bytes_.size()};
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      word = word << 8U | bytes_[i];
      if (i % 8 != 7 && i + 1 != bytes_.size()) continue;
      print.high = mix(print.high ^ word, 0xff51afd7ed558ccdU);
      print.low = mix(print.low + word, 0xc4ceb9fe1a85ec53U);
      word = 0;
    }
    return print;
  }
  static std::uint64_t mix(std::uint64_t value, std::uint64_t factor) {
    value ^= value >> 33U;
    value *= factor;
    value ^= value >> 29U;
    value *= 0x9fb21c651e98df25U;
    return value ^ value >> 32U;
  }

  const Scenario& scenario_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::pair<std::size_t, std::uint64_t>> epochs_;
  std::vector<std::uint64_t> sorted_;
};

}  // namespace stickler::cluster::handover
