// SPDX-License-Identifier: MIT
#include "cluster/bucket_cluster.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "balance/bucket_plan.h"
#include "balance/map_key.h"
#include "net/event_loop.h"

namespace stickler::cluster {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// Counts how often it happens.
WorkerOrders counted(WorkerOrders orders, std::uint64_t& silences) {
  auto fall_silent = std::move(orders.fall_silent);
  orders.fall_silent = [fall_silent = std::move(fall_silent), &silences] {
    ++silences;
    if (fall_silent) fall_silent();
  };
  return orders;
}

}  // namespace

Result<std::unique_ptr<BucketCluster>, std::string> BucketCluster::make(
    const config::Cluster& settings, Surroundings surroundings) {
  auto client = ClusterFeed::client_for(settings.etcd);
  if (!client) return Failed{"clusters." + settings.name + ".etcd: " + client.error()};
  return std::make_unique<BucketCluster>(Private{}, settings, std::move(*client),
                                         std::move(surroundings));
}

BucketCluster::BucketCluster(Private, const config::Cluster& settings,
                             std::unique_ptr<EtcdClient> client, Surroundings surroundings)
    : settings_(settings),
      surroundings_(std::move(surroundings)),
      name_(host_name()),
      feed_(settings_, std::move(client),
            {[this] { view_changed(); },
             [this] {
               moves_.forget();
               balancer_.etcd_replaced();
               monitor_.etcd_replaced();
             },
             [this](const std::string& text, bool trouble) {
               surroundings_.news("cluster " + settings_.name + ": " + text, trouble);
             }}),
      balancer_(settings_, feed_, name_, surroundings_.workers,
                counted(surroundings_.orders, silences_)),
      monitor_(settings_, feed_, balancer_.id(), name_) {}

BucketCluster::~BucketCluster() = default;

void BucketCluster::start() {
  feed_.start();
  if (surroundings_.workers > 0) balancer_.start();
  if (settings_.monitor) monitor_.start();
}

void BucketCluster::stop() {
  if (surroundings_.workers > 0) balancer_.stop();
  if (settings_.monitor) monitor_.stop();
}

// Both have something to say to etcd at the end.
net::Task<> BucketCluster::stopped(Duration limit) {
  co_await balancer_.stopped(limit);
  co_await monitor_.stopped(limit);
  feed_.stop();
  co_await balancer_.stopped(kNoLimit);
  co_await monitor_.stopped(kNoLimit);
  co_await feed_.stopped(kNoLimit);
}

void BucketCluster::worker_reports(std::size_t worker, std::uint64_t epoch,
                                   std::vector<std::size_t> busy) {
  balancer_.worker_reports(worker, epoch, std::move(busy));
}

// Nodes first: who is told of a bucket's node has to know where that is.
void BucketCluster::view_changed() {
  follow_nodes();
  const ClusterView& view = feed_.view();
  if (view.assignment) {
    const WallTime now = net::EventLoop::current().wall_now();
    for (const std::string& text : moves_.follow(*view.assignment, now)) feed_.say(text, false);
  } else {
    moves_.forget();
  }
  balancer_.view_changed();
  monitor_.view_changed();
}

void BucketCluster::follow_nodes() {
  const ClusterView& view = feed_.view();
  Nodes nodes = view.assignment ? view.assignment->nodes : Nodes();
  for (const auto& [id, urls] : view.nodes) nodes[id] = urls;
  const WallTime now = net::EventLoop::current().wall_now();
  std::erase_if(gone_, [&](const auto& node) {
    return view.nodes.contains(node.first) || !nodes.contains(node.first);
  });
  for (const auto& node : nodes) {
    const bool gone = !view.nodes.contains(node.first);
    if (gone && gone_.try_emplace(node.first, now).second && nodes_.contains(node.first)) {
      feed_.say("node " + node.first + " has lost its key");
    }
  }
  if (nodes == nodes_) return;
  for (const auto& [id, urls] : nodes) {
    if (!nodes_.contains(id)) feed_.say("node " + id + " at " + urls.local_node_url, false);
  }
  for (const auto& [id, urls] : nodes_) {
    if (!nodes.contains(id)) feed_.say("node " + id + " has left", false);
  }
  nodes_ = std::move(nodes);
  surroundings_.nodes_changed(nodes_);
}

Result<std::optional<BucketCluster::Owner>, std::string> BucketCluster::owner_of(
    std::string_view key) const {
  const std::string digits = balance::uuid_digits(key);
  if (digits.empty()) return Failed{std::string("this is no UUID")};
  const ClusterView& view = feed_.view();
  if (!view.assignment) return std::optional<Owner>();
  const std::size_t bucket = balance::bucket_of(digits, settings_.buckets);
  const BucketState& state = view.assignment->buckets[bucket];
  const std::string& node = state.meant_for();
  if (node.empty()) return std::optional<Owner>();
  const auto urls = nodes_.find(node);
  return std::optional(
      Owner{node, urls == nodes_.end() ? NodeUrls() : urls->second, state.moves()});
}

std::size_t BucketCluster::would_move() const { return buckets_to_level(feed_.view()); }

net::Task<Result<std::size_t, std::string>> BucketCluster::rebalance() {
  bool read = co_await feed_.read();
  if (!read) co_return Failed{feed_.trouble()};
  const ClusterView& view = feed_.view();
  if (!view.assignment) co_return Failed{std::string("there is no assignment yet")};
  const std::size_t moving = view.assignment->moving();
  const std::size_t more = would_move();
  if (more == 0) co_return moving;
  std::vector<EtcdCompare> none_yet;
  none_yet.push_back(
      {feed_.keys().wish(), EtcdCompare::What::create_revision, EtcdCompare::How::equal, 0});
  std::vector<EtcdWrite> wish;
  wish.push_back({feed_.keys().wish(), wish_text(name_)});
  auto commit = co_await feed_.commit(std::move(none_yet), std::move(wish));
  if (!commit) co_return Failed{commit.error().text};
  co_return moving + more;
}

ClusterReport BucketCluster::report() const {
  const ClusterView& view = feed_.view();
  ClusterReport report;
  report.name = settings_.name;
  report.balances = surroundings_.workers > 0;
  report.vouches = report.balances && balancer_.vouches();
  report.is_monitor = monitor_.is_elected();
  if (view.monitor) report.monitor = view.monitor->name;
  report.etcd = feed_.endpoint();
  report.trouble = feed_.trouble();
  report.heartbeat_lag = balancer_.lag();
  report.moves = moves_.ended();
  report.last_move = moves_.last_took();
  report.silences = silences_;
  for (const auto& [id, balancer] : view.balancers) {
    report.balancers.push_back(
        {id, balancer.name, balancer.obeys, balancer.busy.size(), id == balancer_.id()});
  }
  for (const auto& [id, urls] : nodes_) {
    NodeReport node;
    node.id = id;
    node.urls = urls;
    node.registered = view.nodes.contains(id);
    if (const auto gone = gone_.find(id); gone != gone_.end()) node.gone_since = gone->second;
    const auto failure = monitor_.failures().find(id);
    if (failure != monitor_.failures().end()) node.trouble = failure->second;
    report.nodes.push_back(std::move(node));
  }
  if (!view.assignment) return report;
  report.epoch = view.assignment->epoch;
  report.moving = view.assignment->moving();
  for (std::size_t i = 0; i < view.assignment->buckets.size(); ++i) {
    const BucketState& state = view.assignment->buckets[i];
    report.buckets.push_back({state, moves_.since(i)});
    report.unowned += state.stage == Stage::unowned ? 1U : 0U;
    for (NodeReport& node : report.nodes) {
      node.buckets += state.stage == Stage::serving && state.owner == node.id ? 1U : 0U;
      node.leaving += state.moves() && state.owner == node.id ? 1U : 0U;
      node.coming += state.moves() && state.next == node.id ? 1U : 0U;
    }
  }
  return report;
}

}  // namespace stickler::cluster
