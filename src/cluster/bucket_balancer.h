// SPDX-License-Identifier: MIT
// This process as a balancer of a cluster: says in etcd that it is there and what it obeys, gives
// workers the table they go by, and falls silent when it can no longer vouch for that. By the rules
// of balancer_standing.h; control thread.
//
//   register ──► read ──► serve: heartbeats; each later assignment is obeyed, and confirmed once
//      ▲                    │    nothing runs any more where a bucket has left
//      └── all is cut ◄─────┘ silent
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "balance/bucket_table.h"
#include "cluster/balancer_standing.h"
#include "cluster/cluster_feed.h"
#include "config/config.h"
#include "net/task_group.h"
#include "net/wait.h"

namespace stickler::cluster {

// What of buckets the workers are told; each hears everything, in this order.
struct WorkerOrders {
  std::function<void(std::shared_ptr<const balance::BucketTable>)> adopt;
  std::function<void(std::uint64_t epoch)> end_drain;
  std::function<void()> fall_silent;
};

class BucketBalancer {
 public:
  // `name`: of this host, for people. `workers`: how many will report.
  BucketBalancer(const config::Cluster& settings, ClusterFeed& feed, std::string name,
                 std::size_t workers, WorkerOrders orders);

  void start();
  // The workers have ended. Gives its key back; co_await stopped().
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

  // The feed has news.
  void view_changed();
  // What it obeyed does not exist any more.
  void etcd_replaced();
  // A worker goes by the table of this epoch (0: by none), and has something running of these
  // buckets where they no longer are.
  void worker_reports(std::size_t worker, std::uint64_t epoch, std::vector<std::size_t> busy);

  const std::string& id() const { return id_; }
  const BalancerStanding& standing() const { return standing_; }
  bool vouches() const { return standing_.vouches(balance::BootClock::now()); }
  // Between sending the last heartbeat and its answer.
  Duration lag() const { return lag_; }

 private:
  struct Worker {
    std::uint64_t epoch = 0;
    std::set<std::size_t> busy;
  };

  net::Task<> live();
  net::Task<bool> enter();
  net::Task<> serve();
  net::Task<bool> beat();
  net::Task<> give_back_key();
  net::Task<> keep_time();
  void fall_silent();
  bool count(const EtcdCommit& commit, balance::BootTime sent);
  void obey();
  bool lost_assignment() const;
  bool is_quiet() const;
  BalancerKey key() const;
  std::vector<EtcdCompare> still_so() const;
  void watch_the_watch();

  const config::Cluster& settings_;
  ClusterFeed& feed_;
  const std::string name_;
  const std::string id_;
  const WorkerOrders orders_;
  const Duration pace_;  // of heartbeats
  BalancerStanding standing_;
  std::shared_ptr<balance::Vouching> vouching_ = std::make_shared<balance::Vouching>();
  std::vector<Worker> workers_;
  std::int64_t obeyed_created_ = 0;   // the assignment's create revision
  std::int64_t obeyed_revision_ = 0;  // its own
  bool has_read_ = false;             // since it registered
  unsigned silences_ = 0;
  bool told_silence_ = false;
  std::uint64_t beats_ = 0;
  Duration lag_{0};

  struct Draining {
    TimePoint until;
    std::uint64_t epoch;
  };
  std::vector<Draining> draining_;
  struct Awaited {
    TimePoint until;
    std::int64_t revision;
  };
  std::vector<Awaited> awaited_;  // our own heartbeats, which the watch has to show

  net::TaskGroup tasks_;
  net::Notice due_;  // a heartbeat, or the end
  net::Notice ticking_;
  bool stopping_ = false;
  bool ended_ = false;
};

}  // namespace stickler::cluster
