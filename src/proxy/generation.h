// SPDX-License-Identifier: MIT
// A configuration in force at one worker: the snapshot that all workers share, and this worker's
// idle connections to its servers. A reload makes the next one; whoever works by an earlier one (a
// request under way, a tunnel) holds on to it and ends by it. One thread.
#pragma once

#include <memory>
#include <vector>

#include "backend/connection_pool.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {

class Generation {
 public:
  explicit Generation(std::shared_ptr<const Snapshot> snapshot);

  const Snapshot& snapshot() const { return *snapshot_; }
  // Of one of the snapshot's backends.
  backend::ConnectionPool& pool(const backend::Backend& backend) {
    return *pools_[backend.position()];
  }

  // Connections that nobody uses give up their descriptors.
  void close_idle_connections();
  // Its successor is in force: no connection is kept any more.
  void retire();

 private:
  const std::shared_ptr<const Snapshot> snapshot_;
  std::vector<std::unique_ptr<backend::ConnectionPool>> pools_;  // by backend
};

}  // namespace stickler::proxy
