// SPDX-License-Identifier: MIT
// Nodes of clusters come and go: each time the backends get other servers, by a small reload.
#include "app/program.h"
#include "base/log.h"

namespace stickler::app {

net::Task<> Program::follow_nodes() {
  while (!stopping_) {
    co_await clusters_.nodes_changed().wait(kNoLimit);
    net::Notice never;
    while (reloading_) co_await never.wait(kMoment);
    if (!stopping_) co_await adopt_nodes();
  }
}

// As a reload of the same settings. Requests that wait for a bucket look again once their worker
// has it.
net::Task<> Program::adopt_nodes() {
  auto snapshot = proxy::Snapshot::build(clusters_.with_nodes(loaded_.config), snapshot_.get(),
                                         proxy::Snapshot::Certificates::keep);
  if (!snapshot) {
    tell("the cluster's nodes cannot be followed: " + snapshot.error(), true);
    co_return;
  }
  reloading_ = adopting_nodes_ = true;
  next_ = std::move(*snapshot);
  added_ = Sockets(workers_.size());
  co_await put_in_force();
  reloading_ = adopting_nodes_ = false;
  reloaded_.announce();
}

net::Task<Result<std::size_t, std::string>> Program::rebalance(std::string cluster, bool dry_run) {
  using Answer = Result<std::size_t, std::string>;
  cluster::BucketCluster* const found = clusters_.find(cluster);
  if (found == nullptr) {
    co_return Answer(Failed{cluster.empty() ? std::string("which cluster is not said")
                                            : "there is no cluster '" + cluster + "'"});
  }
  if (dry_run) co_return Answer(found->would_move());
  co_return co_await found->rebalance();
}

}  // namespace stickler::app
