// SPDX-License-Identifier: MIT
#include "app/clusters.h"

#include <utility>

#include "config/url.h"
#include "net/address.h"
#include "observe/cluster_page.h"

namespace stickler::app {
namespace {

using cluster::BucketCluster;

// Where a node is asked. Servers are asked in the clear: they are on the same network.
std::optional<std::string> address_of(const std::string& local_node_url) {
  const std::optional<config::Url> url = config::parse_url(local_node_url);
  if (!url || url->tls) return std::nullopt;
  const bool ipv6 = url->host.find(':') != std::string::npos;
  return (ipv6 ? "[" + url->host + "]" : url->host) + ":" + std::to_string(url->port);
}

proxy::PageAnswer with_status(unsigned status) {
  proxy::PageAnswer answer;
  answer.status = status;
  return answer;
}

proxy::PageAnswer only(const char* allowed) {
  proxy::PageAnswer answer = with_status(405);
  answer.body = std::string("Only ") + allowed + ".\n";
  answer.content_type = "text/plain; charset=utf-8";
  answer.fields = {{"Allow", allowed}};
  return answer;
}

}  // namespace

Clusters::Clusters(net::EventLoop& loop, const Workers& workers, News news)
    : loop_(loop), workers_(workers), news_(std::move(news)) {}

std::optional<std::string> Clusters::make(const config::Config& config, std::size_t workers) {
  for (const config::Cluster& settings : config.clusters) {
    BucketCluster::Surroundings surroundings;
    surroundings.workers = workers;
    surroundings.orders = orders_for(settings);
    surroundings.nodes_changed = [this](const auto&) { nodes_changed_.announce(); };
    surroundings.news = news_;
    auto cluster = BucketCluster::make(settings, std::move(surroundings));
    if (!cluster) {
      clusters_.clear();
      return cluster.error();
    }
    clusters_.push_back(std::move(*cluster));
  }
  return std::nullopt;
}

void Clusters::start() {
  for (const auto& cluster : clusters_) {
    listen_to_workers(*cluster);
    cluster->start();
  }
}

void Clusters::stop() {
  for (const auto& cluster : clusters_) cluster->stop();
}

net::Task<> Clusters::stopped(Duration limit) {
  for (const auto& cluster : clusters_) co_await cluster->stopped(limit);
}

// ---- Workers ----

cluster::WorkerOrders Clusters::orders_for(const config::Cluster& settings) const {
  auto each = [this, name = settings.name, buckets = settings.buckets](auto order) {
    for (const auto& worker : workers_) {
      worker->post(
          [name, buckets, order](proxy::Service& service) { order(service.gate(name, buckets)); });
    }
  };
  cluster::WorkerOrders orders;
  orders.adopt = [each](std::shared_ptr<const balance::BucketTable> table) {
    each([table = std::move(table)](proxy::BucketGate& gate) { gate.adopt(table); });
  };
  orders.end_drain = [each](std::uint64_t epoch) {
    each([epoch](proxy::BucketGate& gate) { gate.end_drain(epoch); });
  };
  orders.fall_silent = [each] { each([](proxy::BucketGate& gate) { gate.fall_silent(); }); };
  return orders;
}

void Clusters::listen_to_workers(BucketCluster& cluster) {
  const std::string& name = cluster.settings().name;
  const std::size_t buckets = cluster.settings().buckets;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    auto hear = [this, &cluster, i](proxy::BucketGate::Report report) {
      loop_.post([&cluster, i, report = std::move(report)] {
        cluster.worker_reports(i, report.epoch, report.busy);
      });
    };
    workers_[i]->post([name, buckets, hear](proxy::Service& service) {
      service.gate(name, buckets).report_to(hear);
    });
  }
}

// ---- Nodes ----

std::shared_ptr<const config::Config> Clusters::with_nodes(
    const std::shared_ptr<const config::Config>& config) const {
  if (clusters_.empty()) return config;
  auto changed = std::make_shared<config::Config>(*config);
  for (config::Backend& backend : changed->backends) {
    if (backend.cluster.empty()) continue;
    const BucketCluster* cluster = find(backend.cluster);
    if (cluster != nullptr) backend.servers = servers_of(*cluster);
  }
  return changed;
}

std::vector<config::Server> Clusters::servers_of(const BucketCluster& cluster) const {
  std::vector<config::Server> servers;
  for (const auto& [id, urls] : cluster.nodes()) {
    const std::optional<std::string> address = address_of(urls.local_node_url);
    if (!address) {
      news_("cluster " + cluster.settings().name + ": node " + id +
                " is left out: " + urls.local_node_url + " is no http:// URL",
            true);
      continue;
    }
    config::Server server;
    server.name = id;
    server.address = *address;
    server.cookie = id;
    servers.push_back(std::move(server));
  }
  return servers;
}

// ---- For people ----

std::vector<cluster::ClusterReport> Clusters::reports() const {
  std::vector<cluster::ClusterReport> reports;
  for (const auto& cluster : clusters_) reports.push_back(cluster->report());
  return reports;
}

BucketCluster* Clusters::find(std::string_view name) const {
  if (name.empty()) return clusters_.size() == 1 ? clusters_.front().get() : nullptr;
  for (const auto& cluster : clusters_) {
    if (cluster->settings().name == name) return cluster.get();
  }
  return nullptr;
}

net::Task<proxy::PageAnswer> Clusters::page(proxy::PageRequest request) const {
  const auto& admin = static_cast<const config::ClusterAdmin&>(*request.settings);
  BucketCluster* const cluster = find(admin.cluster);
  if (cluster == nullptr) co_return with_status(503);
  const proxy::ClusterPath path = proxy::cluster_path(request.path);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path.kind == proxy::ClusterPath::Kind::rebalance) {
    if (request.method != "POST") co_return only("POST");
    auto moving = co_await cluster->rebalance();
    co_return observe::rebalance_page(moving);
  }
  if (!reads) co_return only("GET, HEAD");
  switch (path.kind) {
    case proxy::ClusterPath::Kind::owner:
      co_return observe::owner_page(cluster->owner_of(path.key));
    case proxy::ClusterPath::Kind::buckets:
      co_return observe::buckets_page(cluster->report());
    case proxy::ClusterPath::Kind::nodes:
      co_return observe::nodes_page(cluster->report());
    default:
      co_return observe::ping_page();
  }
}

}  // namespace stickler::app
