// SPDX-License-Identifier: MIT
#include "balance/bucket_plan.h"

#include <algorithm>
#include <map>

namespace stickler::balance {
namespace {

using Counts = std::map<std::string, std::size_t>;

Counts count(const BucketOwners& owners, const std::set<std::string>& nodes) {
  Counts counts;
  for (const std::string& node : nodes) counts[node] = 0;
  for (const std::string& owner : owners) {
    if (counts.contains(owner)) ++counts[owner];
  }
  return counts;
}

// Of equals the first by name.
Counts::iterator fewest(Counts& counts) {
  return std::ranges::min_element(counts, {}, [](const auto& entry) { return entry.second; });
}
Counts::iterator most(Counts& counts) {
  return std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
}

}  // namespace

// Who gets how many is found out first: neighbours then go to the same node, which is easier to
// read.
BucketOwners keep_owners(BucketOwners owners, const std::set<std::string>& nodes) {
  if (nodes.empty()) return owners;
  Counts counts = count(owners, nodes);
  const Counts before = counts;
  std::vector<std::string*> free;
  for (std::string& owner : owners) {
    if (!nodes.contains(owner)) free.push_back(&owner);
  }
  for (std::size_t i = 0; i < free.size(); ++i) ++fewest(counts)->second;
  auto next = free.begin();
  for (const auto& [node, number] : counts) {
    for (std::size_t had = before.at(node); had < number; ++had) **next++ = node;
  }
  return owners;
}

// One bucket after the other, from who has most to who has fewest, until they are at most one
// apart: each step is needed, whatever the order.
BucketOwners level_owners(BucketOwners owners, const std::set<std::string>& nodes) {
  if (nodes.empty()) return owners;
  owners = keep_owners(std::move(owners), nodes);
  Counts counts = count(owners, nodes);
  for (;;) {
    const auto giver = most(counts);
    const auto taker = fewest(counts);
    if (giver->second <= taker->second + 1) return owners;
    // The last one: those at the front stay together longest.
    const auto moved = std::find(owners.rbegin(), owners.rend(), giver->first);
    *moved = taker->first;
    --giver->second;
    ++taker->second;
  }
}

}  // namespace stickler::balance
