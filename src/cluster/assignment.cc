// SPDX-License-Identifier: MIT
#include "cluster/assignment.h"

#include <algorithm>

#include "base/assert.h"

namespace stickler::cluster {
namespace {

std::size_t to_size(std::ptrdiff_t count) { return static_cast<std::size_t>(count); }

}  // namespace

std::size_t Assignment::moving() const {
  return to_size(std::ranges::count_if(buckets, &BucketState::moves));
}

std::size_t Assignment::meant_for(const std::string& node) const {
  return to_size(std::ranges::count_if(
      buckets, [&](const BucketState& bucket) { return bucket.meant_for() == node; }));
}

const char* to_string(Stage stage) {
  switch (stage) {
    case Stage::unowned:
      return "unowned";
    case Stage::serving:
      return "serving";
    case Stage::closing:
      return "closing";
    case Stage::unloading:
      return "unloading";
  }
  ASSERT(false);
  return "";
}

const char* to_string(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "";
    case Cause::rebalance:
      return "rebalance";
    case Cause::gone:
      return "gone";
    case Cause::vanished:
      return "vanished";
  }
  ASSERT(false);
  return "";
}

}  // namespace stickler::cluster
