// SPDX-License-Identifier: MIT
// The one document by which balancers agree who has each bucket. Only the elected monitor writes
// it; it lies under one key, so that nobody ever sees half of a change. A plain value.
//
//             better plan            all balancers have           the owner has written
//                                    nothing running              out and forgotten
//   serving ─────────────► closing ───────────────► unloading ───────────────► serving
//      ▲                      │ owner is wanted again    │ it cannot be done      (next)
//      └──────────────────────┴──────────────────────────┘
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stickler::cluster {

// Where a node is: as it says of itself.
struct NodeUrls {
  std::string node_url;        // for browsers
  std::string local_node_url;  // for balancers
  bool operator==(const NodeUrls&) const = default;
};

enum class Stage : std::uint8_t { unowned, serving, closing, unloading };

// Why a bucket moves.
enum class Cause : std::uint8_t {
  none,
  rebalance,  // nodes shall have the same number, or nearly
  gone,       // its owner's key is
  vanished,   // the assignment was: nobody knows who may still have the bucket
};

struct BucketState {
  Stage stage = Stage::unowned;
  std::string owner;          // has it, or has had it; "" while unloading: any node may have it
  std::string next;           // of closing and unloading
  std::uint64_t since = 0;    // the epoch in which this stage began
  Cause cause = Cause::none;  // of closing and unloading
  bool operator==(const BucketState&) const = default;

  bool moves() const { return stage == Stage::closing || stage == Stage::unloading; }
  // Whose it is, or is going to be.
  const std::string& meant_for() const { return moves() ? next : owner; }
};

struct Assignment {
  std::uint64_t epoch = 0;  // grows with each write
  std::vector<BucketState> buckets;
  // Every node that the buckets name: their keys may be gone, and they still have to be found.
  std::map<std::string, NodeUrls> nodes;
  bool operator==(const Assignment&) const = default;

  std::size_t moving() const;
  // How many belong, or are going to belong, to this node.
  std::size_t meant_for(const std::string& node) const;
};

// "serving", "closing", …
const char* to_string(Stage stage);
// "rebalance", "gone", …; "" for none.
const char* to_string(Cause cause);

}  // namespace stickler::cluster
