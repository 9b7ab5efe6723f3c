// SPDX-License-Identifier: MIT
// What the elected monitor writes next: the rules alone, without clock, etcd or nodes, so that a
// test can try every order of events (tests/unit/cluster/handover_model). Its caller reads
// linearizably, asks for the next assignment, and writes it only if neither the assignment nor the
// election has changed meanwhile.
//
// A bucket is given to another node only when
// - every balancer has said that nothing of it runs there any more, or is gone: its key has not
//   changed for longer than it may vouch for itself, by this process' own clock;
// - and its owner has written it out and forgotten it. An owner that cannot be reached counts as
//   having done so when, from the end of all requests on, its key has been gone for its lease and
//   its grace.
// Where nobody knows who had a bucket every node that was ever heard of has to have let go of it.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/balancer_standing.h"
#include "cluster/cluster_view.h"

namespace stickler::cluster {

struct MonitorTerms {
  // A time that passes at a node, by a clock of ours that may be faster.
  Duration by_our_clock(Duration time) const {
    return time + time * terms.margin.count() / std::max<Duration::rep>(terms.term.count(), 1);
  }
  // How long a node without a key may go on writing what it has.
  Duration until_forgotten() const { return by_our_clock(lease + grace); }

  std::size_t buckets = 256;
  Terms terms;
  Duration lease{0};    // of a node's key
  Duration grace{0};    // within which a node that lost its key has written out and forgotten
  Duration linger{0};   // between the last request and the unloading: what was sent is read by then
  bool by_call = true;  // nodes are called, and answer once they have unloaded; else:
  Duration unload_wait{0};   // so long it takes them
  Duration unload_limit{0};  // by call: given up after failing for so long
  bool bootstrap = false;    // where there is no assignment nobody obeys one from before
  bool level_on_join = false;
};

// What it has seen, and when, by its own clock. A monitor that begins knows nothing.
struct MonitorMemory {
  // A balancer's heartbeat, and since when it has been the last one.
  struct Beat {
    std::int64_t revision = 0;
    BootTime seen{};
  };
  // One bucket's unloading.
  struct Unloading {
    std::uint64_t since = 0;  // the stage's epoch: another one begins anew
    BootTime seen{};
    std::set<std::string> done;  // nodes
  };
  // Calls to one node that fail, without one in between that did not.
  struct Failing {
    BootTime began{};
    BootTime again{};          // not before
    bool unreachable = false;  // the last one got no answer at all
  };
  std::map<std::string, Beat> beats;
  std::map<std::string, NodeUrls> known;  // every node that was ever registered or named
  std::map<std::string, BootTime> gone;   // those without a key
  std::map<std::size_t, Unloading> unloading;
  std::map<std::string, Failing> failing;
  std::map<std::size_t, BootTime> stays;  // buckets whose move failed: not before then again
  std::optional<BootTime> absent;         // there is no assignment
  std::optional<Assignment> last;
};

// Buckets that would move if all nodes were to have the same number.
std::size_t buckets_to_level(const ClusterView& view);

class MonitorRules {
 public:
  explicit MonitorRules(MonitorTerms terms) : terms_(terms) {}

  // A linearizable read: when it was sent, and when its answer came.
  void see(const ClusterView& view, BootTime asked, BootTime answered);

  // The next assignment, or nothing if this one will do. `first_epoch`: for one that has no
  // predecessor; greater than any epoch that was ever written.
  std::optional<Assignment> next(const ClusterView& view, std::uint64_t first_epoch) const;

  // A node that has to be called now, and for which buckets: those that it has to write out and
  // forget. One call at a time for each node; its outcome comes back below.
  struct Call {
    std::string node;
    std::vector<std::size_t> buckets;
    std::uint64_t epoch = 0;  // requests of an earlier one must not load them again
  };
  std::vector<Call> calls(const ClusterView& view) const;
  // When, after the last look, the next of those that wait for `linger` has waited; nothing if
  // nobody does.
  std::optional<BootTime> lingers_until() const;
  void unloaded(const Call& call);
  // `unreachable`: not even an answer that refuses.
  void failed(const Call& call, bool unreachable, BootTime now);

  // Whether a balancer has not been heard of for too long: nobody waits for it any more.
  bool is_gone(const std::string& balancer) const;
  // The same, for so much longer that its key may be tidied away.
  bool is_long_gone(const std::string& balancer) const;

  const MonitorMemory& memory() const { return memory_; }

 private:
  enum class Progress : std::uint8_t { waits, done, failed };

  void see_balancers(const ClusterView& view, BootTime answered);
  void see_nodes(const ClusterView& view, BootTime answered);
  void see_owners(const Assignment& assignment);
  void see_unloading(const ClusterView& view, BootTime answered);
  std::optional<Assignment> first(const ClusterView& view, std::uint64_t epoch) const;
  void follow_plan(const ClusterView& view, Assignment& next) const;
  static void redirect(BucketState& bucket, const std::string& node, Cause cause,
                       std::uint64_t epoch);
  void advance(const ClusterView& view, Assignment& next) const;
  bool all_confirmed(const ClusterView& view, std::size_t bucket, std::uint64_t since) const;
  Progress unloading(const ClusterView& view, std::size_t bucket, const BucketState& state) const;
  Progress unloading_at(const ClusterView& view, const std::string& node,
                        const MonitorMemory::Unloading& seen) const;
  bool is_dead(const ClusterView& view, const std::string& node, BootTime unloads) const;
  std::vector<std::string> owners(const ClusterView& view, const BucketState& state) const;

  MonitorTerms terms_;
  MonitorMemory memory_;
  BootTime asked_{};  // when what is known was so, at the latest
};

}  // namespace stickler::cluster
