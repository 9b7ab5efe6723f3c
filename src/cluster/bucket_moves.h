// SPDX-License-Identifier: MIT
// The history of a cluster's buckets as this process sees it: since when each is where it is, and a
// sentence for each lot of moves that ends. Pure but for the clock passed in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "cluster/assignment.h"

namespace stickler::cluster {

class BucketMoves {
 public:
  // What has begun and what has ended since the assignment before: sentences, in order.
  std::vector<std::string> follow(const Assignment& assignment, WallTime now);
  // There is none any more.
  void forget() { before_ = {}; }

  WallTime since(std::size_t bucket) const { return since_[bucket]; }
  std::uint64_t ended() const { return ended_; }
  Duration last_took() const { return last_took_; }

 private:
  Assignment before_;  // without buckets: none
  std::vector<WallTime> since_;
  std::vector<WallTime> began_;  // of a move
  std::uint64_t ended_ = 0;
  Duration last_took_{0};
};

}  // namespace stickler::cluster
