// SPDX-License-Identifier: MIT
// The clusters of a running program: each with its part in etcd, its orders to the workers, and its
// nodes as servers of the backends that name it. Control thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/worker.h"
#include "base/result.h"
#include "cluster/bucket_cluster.h"
#include "config/config.h"
#include "net/event_loop.h"
#include "net/wait.h"
#include "proxy/local_pages.h"

namespace stickler::app {

// How long they are waited for in the end: each may give two keys back, if etcd answers.
inline constexpr Duration kClustersStop = std::chrono::seconds(2);

class Clusters {
 public:
  using News = std::function<void(const std::string& text, bool trouble)>;
  using Workers = std::vector<std::unique_ptr<Worker>>;

  // All outlive this object; workers are there before start().
  Clusters(net::EventLoop& loop, const Workers& workers, News news);

  // A sentence if one of them cannot be: then none is.
  std::optional<std::string> make(const config::Config& config, std::size_t workers);
  void start();
  // The workers have ended.
  void stop();
  net::Task<> stopped(Duration limit);

  // The configuration with the nodes that are known now as servers.
  std::shared_ptr<const config::Config> with_nodes(
      const std::shared_ptr<const config::Config>& config) const;
  // Announced when with_nodes() has another answer than before.
  net::Notice& nodes_changed() { return nodes_changed_; }

  std::vector<cluster::ClusterReport> reports() const;
  // "" : the only one there is. Null if there is none of that name.
  cluster::BucketCluster* find(std::string_view name) const;
  // What a listener's `cluster_admin` answers.
  net::Task<proxy::PageAnswer> page(proxy::PageRequest request) const;

 private:
  cluster::WorkerOrders orders_for(const config::Cluster& settings) const;
  void listen_to_workers(cluster::BucketCluster& cluster);
  std::vector<config::Server> servers_of(const cluster::BucketCluster& cluster) const;

  net::EventLoop& loop_;
  const Workers& workers_;
  const News news_;
  std::vector<std::unique_ptr<cluster::BucketCluster>> clusters_;
  net::Notice nodes_changed_;
};

}  // namespace stickler::app
