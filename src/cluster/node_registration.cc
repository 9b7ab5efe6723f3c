// SPDX-License-Identifier: MIT
#include "cluster/node_registration.h"

#include <algorithm>
#include <utility>

#include "cluster/cluster_feed.h"
#include "net/event_loop.h"

namespace stickler::cluster {
namespace {

using balance::BootClock;

constexpr Duration kSlowestLeaseTick = std::chrono::milliseconds(250);
constexpr int kTicksOfLease = 20;

}  // namespace

Result<std::unique_ptr<NodeRegistration>, std::string> NodeRegistration::make(
    const config::Cluster& cluster, Listener listener) {
  auto client = ClusterFeed::client_for(cluster.etcd);
  if (!client) return Failed{"clusters." + cluster.name + ".etcd: " + client.error()};
  return std::make_unique<NodeRegistration>(Private{}, cluster, std::move(*client),
                                            std::move(listener));
}

NodeRegistration::NodeRegistration(Private, const config::Cluster& cluster,
                                   std::unique_ptr<EtcdClient> client, Listener listener)
    : cluster_(cluster),
      node_(*cluster_.registration),
      local_url_(config::parse_url(node_.local_node_url).value_or(config::Url{})),
      address_(local_url_.authority()),
      listener_(std::move(listener)),
      key_(ClusterKeys{cluster.prefix, cluster.buckets}.node(node_.node_id)),
      urls_{node_.node_url, node_.local_node_url},
      rules_(node_.check.rise, node_.check.fall, cluster.lease),
      client_(std::move(client)),
      check_(node_.check, address_, tls_) {}

void NodeRegistration::start() {
  tasks_.start(watch());
  tasks_.start(keep());
  tasks_.start(mind_stopping());
  tasks_.start(keep_time());
}

void NodeRegistration::stop() {
  ending_ = true;
  client_->cancel();
  check_.cancel();
  net::EventLoop::current().ready().wake_slot(looking_up_ ? *looking_up_ : nullptr,
                                              net::Wake::cancelled);
  command_.leave();
  for (net::Notice* notice : {&check_due_, &etcd_due_, &stop_due_, &ticking_}) notice->announce();
}

// The loop's own clock stands still while the machine sleeps.
net::Task<> NodeRegistration::keep_time() {
  const Duration tick = std::min(kSlowestLeaseTick, cluster_.lease / kTicksOfLease);
  while (!ending_) {
    co_await ticking_.wait(tick);
    rules_.tick(BootClock::now());
    follow();
  }
}

// Whatever has happened has been told to the rules: what comes of it is told and done.
void NodeRegistration::follow() {
  const Stage stage = rules_.stage();
  if (stage == told_ || ending_) return;
  const RegistrationChange change{told_, stage, rules_.loss(), verdict_};
  told_ = stage;
  if (stage == Stage::lost) lost_at_ = BootClock::now();
  listener_.news(news_of(cluster_, change));
  if (stage == Stage::registered) listener_.registered();
  etcd_due_.announce();
  stop_due_.announce();
}

void NodeRegistration::say(Weight weight, const std::string& text) const {
  if (!ending_) listener_.news({weight, text});
}

// Said once, however often.
void NodeRegistration::failed(const EtcdFailure& failure) {
  if (failure.kind == EtcdFailure::Kind::cancelled || trouble_ == failure.text) return;
  trouble_ = failure.text;
  say(Weight::warning, failure.text);
}

void NodeRegistration::answered() {
  if (trouble_.empty()) return;
  trouble_.clear();
  say(Weight::info, "etcd answers again");
}

}  // namespace stickler::cluster
