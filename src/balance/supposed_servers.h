// SPDX-License-Identifier: MIT
// Servers as they are at this moment, some of them in another state: for who asks what would be.
// What happens to the real ones meanwhile does not show.
#pragma once

#include <deque>
#include <vector>

#include "balance/candidates.h"
#include "balance/server_view.h"

namespace stickler::balance {

class SupposedServers {
 public:
  explicit SupposedServers(Servers servers) {
    for (const ServerView* server : servers) {
      copy_view(*server, views_.emplace_back());
      pointers_.push_back(&views_.back());
    }
  }
  SupposedServers(const SupposedServers&) = delete;
  SupposedServers& operator=(const SupposedServers&) = delete;

  void suppose(std::size_t position, Availability state) { views_[position].availability = state; }

  Servers all() const { return pointers_; }

 private:
  std::deque<ServerView> views_;  // they hold atomics and cannot move
  std::vector<const ServerView*> pointers_;
};

}  // namespace stickler::balance
