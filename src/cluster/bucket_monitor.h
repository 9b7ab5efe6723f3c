// SPDX-License-Identifier: MIT
// This process as a cluster's monitor, if it is elected: assigns the buckets, and has nodes let go
// of those that move. By the rules of monitor_rules.h; each of its writes is fenced, so that a
// monitor that only believes to be one writes nothing. Control thread.
//
//   wait ──► nobody is, or who was has not been heard of for too long ──► elected
//     ▲                                                                      │
//     └──────────────── another one is ◄──────────── read, decide, write ◄───┘
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "backend/http_call.h"
#include "cluster/cluster_feed.h"
#include "cluster/monitor_rules.h"
#include "config/config.h"
#include "net/task_group.h"
#include "net/wait.h"

namespace stickler::cluster {

class BucketMonitor {
 public:
  // `id`, `name`: as the balancer of the same process.
  BucketMonitor(const config::Cluster& settings, ClusterFeed& feed, std::string id,
                std::string name);

  void start() { tasks_.start(live()); }
  // Gives the office back; co_await stopped().
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

  // The feed has news.
  void view_changed() { news_.announce(); }
  // What it knows is of an etcd that does not exist any more.
  void etcd_replaced();

  bool is_elected() const { return created_ != 0; }
  // Nodes that were called and could not unload, and why.
  const std::map<std::string, std::string>& failures() const { return failures_; }

 private:
  net::Task<> live();
  net::Task<bool> run_for_office();
  net::Task<bool> remove_predecessor();
  net::Task<> reign();
  net::Task<bool> beat();
  net::Task<bool> step();
  net::Task<bool> write(Assignment next);
  net::Task<> tidy_up();
  net::Task<> call_node(MonitorRules::Call call);
  net::Task<> give_back_office();
  void start_calls();
  void depose();
  void begin_anew();
  bool is_still_elected() const;
  Duration until_next_look() const;
  std::vector<EtcdCompare> fence(bool assignment) const;
  std::string urls_of(const std::string& node) const;
  void tell_failure(const std::string& node, const std::string& why);

  const config::Cluster& settings_;
  ClusterFeed& feed_;
  MonitorKey self_;
  const MonitorTerms terms_;
  const Duration pace_;
  MonitorRules rules_;
  std::int64_t created_ = 0;  // of our key: we are elected; 0: we are not
  bool unknown_ = false;      // whether the last write of the assignment has happened, or will
  bool knew_assignment_ = false;
  std::uint64_t beats_ = 0;
  balance::BootTime last_beat_{};
  // Who holds the office, and since when it has been the same heartbeat.
  std::int64_t seen_revision_ = 0;
  balance::BootTime seen_since_{};

  std::set<std::string> calling_;  // nodes
  std::vector<backend::HttpCall*> calls_;
  std::map<std::string, std::string> failures_;

  net::TaskGroup tasks_;
  net::TaskGroup called_;
  net::Notice news_;
  bool stopping_ = false;
};

}  // namespace stickler::cluster
