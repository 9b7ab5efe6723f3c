// SPDX-License-Identifier: MIT
#include "cluster/bucket_moves.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "balance/bucket_table.h"

namespace stickler::cluster {
namespace {

// What is said in one sentence.
struct Lot {
  std::vector<std::size_t> buckets;
  Duration took{0};
};

std::string list(const Lot& lot, std::size_t of) {
  constexpr std::size_t kShown = 8;
  std::string text = lot.buckets.size() == 1 ? "bucket" : "buckets";
  for (std::size_t i = 0; i < std::min(lot.buckets.size(), kShown); ++i) {
    text.append(i == 0 ? " " : ", ").append(balance::bucket_name(lot.buckets[i], of));
  }
  if (lot.buckets.size() > kShown) text += ", …";
  return lot.buckets.size() > 1 ? std::to_string(lot.buckets.size()) + " " + text : text;
}

std::string why(Cause cause, const std::string& owner) {
  switch (cause) {
    case Cause::rebalance:
      return "rebalance";
    case Cause::gone:
      return "node " + owner + " is gone";
    case Cause::vanished:
      return "the assignment had vanished";
    case Cause::none:
      break;
  }
  return "assigned";
}

std::string from(const std::string& owner) {
  return owner.empty() ? std::string("from wherever they were") : "from " + owner;
}

using MoveKey = std::tuple<std::string, std::string, Cause>;  // from, to

}  // namespace

std::vector<std::string> BucketMoves::follow(const Assignment& assignment, WallTime now) {
  const std::size_t count = assignment.buckets.size();
  if (before_.buckets.size() != count) {
    before_ = assignment;
    since_.assign(count, now);
    began_.assign(count, now);
    return {};
  }
  std::map<MoveKey, Lot> begun;
  std::map<MoveKey, Lot> ended;
  for (std::size_t i = 0; i < count; ++i) {
    const BucketState& old = before_.buckets[i];
    const BucketState& bucket = assignment.buckets[i];
    if (old.stage != bucket.stage || old.since != bucket.since) since_[i] = now;
    if (bucket.moves() && !old.moves()) {
      began_[i] = now;
      begun[{bucket.owner, bucket.next, bucket.cause}].buckets.push_back(i);
    }
    if (bucket.stage != Stage::serving || !old.moves()) continue;
    Lot& lot = ended[{old.owner, bucket.owner, old.cause}];
    lot.buckets.push_back(i);
    lot.took = std::max(lot.took, std::chrono::duration_cast<Duration>(now - began_[i]));
  }
  std::vector<std::string> sentences;
  for (const auto& [move, lot] : begun) {
    const auto& [owner, next, cause] = move;
    sentences.push_back(list(lot, count) + " will move " + from(owner) + " to " + next + ": " +
                        why(cause, owner));
  }
  for (const auto& [move, lot] : ended) {
    const auto& [owner, node, cause] = move;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(lot.took);
    const std::string span = " after " + format_duration(took);
    sentences.push_back(owner == node ? list(lot, count) + " stayed with " + node + span
                                      : list(lot, count) + " moved " + from(owner) + " to " + node +
                                            span + ": " + why(cause, owner));
    if (owner == node) continue;
    ended_ += lot.buckets.size();
    last_took_ = lot.took;
  }
  before_ = assignment;
  return sentences;
}

}  // namespace stickler::cluster
