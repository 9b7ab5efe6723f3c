// SPDX-License-Identifier: MIT
#include "cluster/monitor_rules.h"

#include <algorithm>
#include <utility>

#include "balance/bucket_plan.h"

namespace stickler::cluster {
namespace {

std::set<std::string> names(const std::map<std::string, NodeUrls>& nodes) {
  std::set<std::string> names;
  for (const auto& node : nodes) names.insert(node.first);
  return names;
}

// Whose each bucket is meant to be. One that is being closed because its owner seemed gone stays
// with it if it is there again.
balance::BucketOwners intended(const ClusterView& view) {
  balance::BucketOwners owners;
  for (const BucketState& bucket : view.assignment->buckets) {
    const bool needless = bucket.cause == Cause::gone || !view.nodes.contains(bucket.next);
    const bool back =
        bucket.stage == Stage::closing && view.nodes.contains(bucket.owner) && needless;
    owners.push_back(back ? bucket.owner : bucket.meant_for());
  }
  return owners;
}

}  // namespace

// ---- What was seen ----

void MonitorRules::see(const ClusterView& view, BootTime asked, BootTime answered) {
  asked_ = asked;
  see_balancers(view, answered);
  see_nodes(view, answered);
  if (!view.assignment) {
    if (!memory_.absent) memory_.absent = answered;
    return;
  }
  memory_.absent.reset();
  see_unloading(view, answered);
  memory_.last = view.assignment;
}

void MonitorRules::see_balancers(const ClusterView& view, BootTime answered) {
  std::erase_if(memory_.beats,
                [&](const auto& beat) { return !view.balancers.contains(beat.first); });
  for (const auto& [id, balancer] : view.balancers) {
    MonitorMemory::Beat& beat = memory_.beats[id];
    if (beat.revision != balancer.revision) beat = {balancer.revision, answered};
  }
}

void MonitorRules::see_nodes(const ClusterView& view, BootTime answered) {
  for (const auto& [name, urls] : view.nodes) memory_.known[name] = urls;
  if (view.assignment)
    memory_.known.insert(view.assignment->nodes.begin(), view.assignment->nodes.end());
  if (view.assignment) see_owners(*view.assignment);
  std::erase_if(memory_.gone, [&](const auto& node) { return view.nodes.contains(node.first); });
  for (const auto& node : memory_.known) {
    if (!view.nodes.contains(node.first)) memory_.gone.try_emplace(node.first, answered);
  }
}

// Also where somebody has edited the assignment, and its list of nodes lacks them.
void MonitorRules::see_owners(const Assignment& assignment) {
  for (const BucketState& bucket : assignment.buckets) {
    if (!bucket.owner.empty()) memory_.known.try_emplace(bucket.owner);
    if (!bucket.next.empty()) memory_.known.try_emplace(bucket.next);
  }
}

void MonitorRules::see_unloading(const ClusterView& view, BootTime answered) {
  const auto& buckets = view.assignment->buckets;
  std::erase_if(memory_.unloading, [&](const auto& entry) {
    const BucketState& bucket = buckets[entry.first];
    return bucket.stage != Stage::unloading || bucket.since != entry.second.since;
  });
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i].stage != Stage::unloading) continue;
    memory_.unloading.try_emplace(i, MonitorMemory::Unloading{buckets[i].since, answered, {}});
  }
  std::erase_if(memory_.failing, [&](const auto& entry) {
    return std::ranges::none_of(buckets, [&](const BucketState& bucket) {
      return bucket.stage == Stage::unloading &&
             (bucket.owner == entry.first || bucket.owner.empty());
    });
  });
}

bool MonitorRules::is_gone(const std::string& balancer) const {
  const auto beat = memory_.beats.find(balancer);
  return beat != memory_.beats.end() && asked_ >= beat->second.seen + terms_.terms.awaited();
}

bool MonitorRules::is_long_gone(const std::string& balancer) const {
  const auto beat = memory_.beats.find(balancer);
  return beat != memory_.beats.end() && asked_ >= beat->second.seen + 3 * terms_.terms.awaited();
}

// ---- What follows ----

std::optional<Assignment> MonitorRules::next(const ClusterView& view,
                                             std::uint64_t first_epoch) const {
  if (!view.assignment) return first(view, first_epoch);
  Assignment next = *view.assignment;
  ++next.epoch;
  follow_plan(view, next);
  advance(view, next);
  for (const auto& [name, urls] : view.nodes) next.nodes[name] = urls;
  const bool anybody = std::ranges::any_of(next.buckets, [](const BucketState& bucket) {
    return bucket.stage == Stage::unloading && bucket.owner.empty();
  });
  std::erase_if(next.nodes, [&](const auto& node) {
    return !anybody && !view.nodes.contains(node.first) &&
           std::ranges::none_of(next.buckets, [&](const BucketState& bucket) {
             return bucket.owner == node.first || bucket.next == node.first;
           });
  });
  const bool changed = next.buckets != view.assignment->buckets ||
                       next.nodes != view.assignment->nodes || view.wish.has_value();
  return changed ? std::optional(std::move(next)) : std::nullopt;
}

// Where an assignment has vanished somebody may still obey it, and nodes may still have what it
// gave them: all balancers fall silent first, and then every node forgets everything.
std::optional<Assignment> MonitorRules::first(const ClusterView& view, std::uint64_t epoch) const {
  if (view.nodes.empty() || !memory_.absent) return std::nullopt;
  const bool trusted = terms_.bootstrap && !memory_.last;
  const Duration wait = terms_.terms.awaited();
  if (!trusted && asked_ < *memory_.absent + wait) return std::nullopt;
  Assignment made;
  made.epoch = memory_.last ? std::max(epoch, memory_.last->epoch + 1) : epoch;
  made.nodes = memory_.known;
  balance::BucketOwners owners(terms_.buckets);
  for (std::size_t i = 0; memory_.last && i < owners.size(); ++i) {
    owners[i] = memory_.last->buckets[i].meant_for();
  }
  for (std::string& node : balance::keep_owners(std::move(owners), names(view.nodes))) {
    BucketState bucket;
    bucket.stage = trusted ? Stage::serving : Stage::unloading;
    (trusted ? bucket.owner : bucket.next) = std::move(node);
    bucket.since = made.epoch;
    if (!trusted) bucket.cause = Cause::vanished;
    made.buckets.push_back(std::move(bucket));
  }
  return made;
}

void MonitorRules::follow_plan(const ClusterView& view, Assignment& next) const {
  const bool level = view.wish.has_value() || terms_.level_on_join;
  const std::set<std::string> nodes = names(view.nodes);
  balance::BucketOwners owners = intended(view);
  owners = level ? balance::level_owners(std::move(owners), nodes)
                 : balance::keep_owners(std::move(owners), nodes);
  for (std::size_t i = 0; i < owners.size(); ++i) {
    BucketState& bucket = next.buckets[i];
    if (owners[i] == bucket.meant_for()) continue;
    const auto stays = memory_.stays.find(i);
    const bool rests = stays != memory_.stays.end() && asked_ < stays->second;
    if (rests && !view.wish) continue;
    const std::string& leaves = bucket.meant_for();
    const Cause cause = nodes.contains(leaves) ? Cause::rebalance : Cause::gone;
    redirect(bucket, owners[i], cause, next.epoch);
  }
}

// That its owner serves on is always safe: nobody else has been given the bucket.
void MonitorRules::redirect(BucketState& bucket, const std::string& node, Cause cause,
                            std::uint64_t epoch) {
  if (bucket.stage == Stage::unowned) {
    bucket = {Stage::serving, node, "", epoch, Cause::none};
  } else if (bucket.stage == Stage::serving) {
    bucket = {Stage::closing, bucket.owner, node, epoch, cause};
  } else if (node == bucket.owner) {
    bucket = {Stage::serving, node, "", epoch, Cause::none};
  } else {
    bucket.next = node;
  }
}

void MonitorRules::advance(const ClusterView& view, Assignment& next) const {
  for (std::size_t i = 0; i < next.buckets.size(); ++i) {
    const BucketState& before = view.assignment->buckets[i];
    BucketState& bucket = next.buckets[i];
    if (bucket.stage != before.stage) continue;
    if (bucket.stage == Stage::closing && all_confirmed(view, i, before.since)) {
      bucket.stage = Stage::unloading;
      bucket.since = next.epoch;
    } else if (bucket.stage == Stage::unloading) {
      const Progress progress = unloading(view, i, before);
      const std::string node = progress == Progress::done ? bucket.next : bucket.owner;
      if (progress != Progress::waits) bucket = {Stage::serving, node, "", next.epoch, Cause::none};
    }
  }
}

bool MonitorRules::all_confirmed(const ClusterView& view, std::size_t bucket,
                                 std::uint64_t since) const {
  return std::ranges::all_of(view.balancers, [&](const auto& entry) {
    const BalancerKey& balancer = entry.second;
    const bool confirmed = balancer.obeys >= since && !balancer.busy.contains(bucket);
    return confirmed || is_gone(entry.first);
  });
}

// ---- Unloading ----

std::vector<std::string> MonitorRules::owners(const ClusterView& view,
                                              const BucketState& state) const {
  if (!state.owner.empty()) return {state.owner};
  std::vector<std::string> all;
  for (const auto& node : view.nodes) all.push_back(node.first);
  for (const auto& node : memory_.known) {
    if (!view.nodes.contains(node.first)) all.push_back(node.first);
  }
  return all;
}

MonitorRules::Progress MonitorRules::unloading(const ClusterView& view, std::size_t bucket,
                                               const BucketState& state) const {
  const auto seen = memory_.unloading.find(bucket);
  if (seen == memory_.unloading.end()) return Progress::waits;
  Progress worst = Progress::done;
  if (state.owner.empty() && asked_ < seen->second.seen + terms_.until_forgotten()) {
    return Progress::waits;
  }
  for (const std::string& node : owners(view, state)) {
    const Progress progress = unloading_at(view, node, seen->second);
    // Nobody in particular can get back what everybody has to forget.
    if (progress == Progress::failed && !state.owner.empty()) return progress;
    if (progress != Progress::done) worst = Progress::waits;
  }
  return worst;
}

MonitorRules::Progress MonitorRules::unloading_at(const ClusterView& view, const std::string& node,
                                                  const MonitorMemory::Unloading& seen) const {
  if (!terms_.by_call) {
    const bool long_enough =
        asked_ >= seen.seen + terms_.linger + terms_.by_our_clock(terms_.unload_wait);
    const bool there = view.nodes.contains(node);
    return long_enough && (there || is_dead(view, node, seen.seen)) ? Progress::done
                                                                    : Progress::waits;
  }
  if (seen.done.contains(node)) return Progress::done;
  const auto failing = memory_.failing.find(node);
  if (failing == memory_.failing.end()) return Progress::waits;
  const bool lives = view.nodes.contains(node) || !failing->second.unreachable;
  if (!lives) return is_dead(view, node, seen.seen) ? Progress::done : Progress::waits;
  const bool given_up = asked_ >= failing->second.began + terms_.unload_limit;
  return given_up ? Progress::failed : Progress::waits;
}

// It has lost its key so long ago that it has written out and forgotten what it had. Nobody can
// make it load the bucket again once that `unloads`: a key that comes and goes unseen in between
// only means that it has forgotten.
bool MonitorRules::is_dead(const ClusterView& view, const std::string& node,
                           BootTime unloads) const {
  const auto gone = memory_.gone.find(node);
  if (view.nodes.contains(node) || gone == memory_.gone.end()) return false;
  return asked_ >= std::max(gone->second, unloads) + terms_.until_forgotten();
}

std::vector<MonitorRules::Call> MonitorRules::calls(const ClusterView& view) const {
  if (!terms_.by_call || !view.assignment) return {};
  std::map<std::string, Call> calls;
  for (const auto& [bucket, seen] : memory_.unloading) {
    const BucketState& state = view.assignment->buckets[bucket];
    // The view may be later than what was seen.
    const bool still = state.stage == Stage::unloading && state.since == seen.since;
    if (!still || asked_ < seen.seen + terms_.linger) continue;
    for (const std::string& node : owners(view, state)) {
      const auto failing = memory_.failing.find(node);
      const bool rests = failing != memory_.failing.end() && asked_ < failing->second.again;
      if (seen.done.contains(node) || rests) continue;
      Call& call = calls[node];
      call.node = node;
      call.buckets.push_back(bucket);
      call.epoch = std::max(call.epoch, seen.since);
    }
  }
  std::vector<Call> all;
  for (auto& call : calls) all.push_back(std::move(call.second));
  return all;
}

std::optional<BootTime> MonitorRules::lingers_until() const {
  std::optional<BootTime> soonest;
  for (const auto& [bucket, seen] : memory_.unloading) {
    const BootTime end = seen.seen + terms_.linger;
    if (end > asked_ && (!soonest || end < *soonest)) soonest = end;
  }
  return soonest;
}

void MonitorRules::unloaded(const Call& call) {
  memory_.failing.erase(call.node);
  for (const std::size_t bucket : call.buckets) {
    const auto seen = memory_.unloading.find(bucket);
    // What began after the call is not what it was about.
    if (seen == memory_.unloading.end() || seen->second.since > call.epoch) continue;
    seen->second.done.insert(call.node);
  }
}

void MonitorRules::failed(const Call& call, bool unreachable, BootTime now) {
  constexpr int kTries = 5;
  const auto [failing, first] = memory_.failing.try_emplace(call.node);
  if (first) failing->second.began = now;
  failing->second.unreachable = unreachable;
  failing->second.again = now + terms_.unload_limit / kTries;
  for (const std::size_t bucket : call.buckets) {
    memory_.stays[bucket] = now + 2 * terms_.unload_limit;
  }
}

std::size_t buckets_to_level(const ClusterView& view) {
  if (!view.assignment) return 0;
  const balance::BucketOwners before = intended(view);
  const balance::BucketOwners after = balance::level_owners(before, names(view.nodes));
  std::size_t moves = 0;
  for (std::size_t i = 0; i < before.size(); ++i) moves += before[i] == after[i] ? 0U : 1U;
  return moves;
}

}  // namespace stickler::cluster
