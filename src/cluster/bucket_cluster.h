// SPDX-License-Identifier: MIT
// One cluster of the configuration: what etcd has of it, this process' part as a balancer, and as
// the monitor if it is elected. Control thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cluster/bucket_balancer.h"
#include "cluster/bucket_monitor.h"
#include "cluster/bucket_moves.h"
#include "cluster/cluster_feed.h"
#include "cluster/cluster_report.h"
#include "config/config.h"

namespace stickler::cluster {

class BucketCluster {
  struct Private {};

 public:
  using Nodes = std::map<std::string, NodeUrls>;
  struct Surroundings {
    std::size_t workers = 0;  // 0: only the monitor's part is wanted
    WorkerOrders orders;
    // Those that may be asked for something, whether or not their keys are there.
    std::function<void(const Nodes&)> nodes_changed;
    std::function<void(const std::string& text, bool trouble)> news;
  };

  // The error is a sentence.
  static Result<std::unique_ptr<BucketCluster>, std::string> make(const config::Cluster& settings,
                                                                  Surroundings surroundings);
  BucketCluster(Private, const config::Cluster& settings, std::unique_ptr<EtcdClient> client,
                Surroundings surroundings);
  ~BucketCluster();

  const config::Cluster& settings() const { return settings_; }
  void start();
  // The workers have ended. co_await stopped() before destroying it.
  void stop();
  net::Task<> stopped(Duration limit);

  void worker_reports(std::size_t worker, std::uint64_t epoch, std::vector<std::size_t> busy);

  const Nodes& nodes() const { return nodes_; }
  ClusterReport report() const;

  // The node that has the bucket of this key, written as clients may write it; nothing if nobody
  // has. The error: it is no key.
  struct Owner {
    std::string node;
    NodeUrls urls;
    bool moves = false;
  };
  Result<std::optional<Owner>, std::string> owner_of(std::string_view key) const;

  // Buckets that a rebalance would move now.
  std::size_t would_move() const;
  // Wishes for it: how many will move, or are moving already; a sentence if that was not possible.
  net::Task<Result<std::size_t, std::string>> rebalance();

 private:
  void view_changed();
  void follow_nodes();

  const config::Cluster settings_;
  const Surroundings surroundings_;
  const std::string name_;  // of this host
  ClusterFeed feed_;
  BucketBalancer balancer_;
  BucketMonitor monitor_;
  BucketMoves moves_;
  Nodes nodes_;
  std::map<std::string, WallTime> gone_;  // those without a key, since when
  std::uint64_t silences_ = 0;
};

}  // namespace stickler::cluster
