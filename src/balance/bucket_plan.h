// SPDX-License-Identifier: MIT
// Which node each bucket should have. Pure and deterministic: the same owners and nodes give the
// same plan, whoever computes it and however often.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace stickler::balance {

// By bucket; "" : nobody.
using BucketOwners = std::vector<std::string>;

// Every bucket whose owner is one of `nodes` stays; the others go to the nodes with the fewest, of
// equals to the first by name. Without nodes nothing changes.
BucketOwners keep_owners(BucketOwners owners, const std::set<std::string>& nodes);

// The same, and then as few buckets move as it takes for no node to have more than the number of
// buckets by that of nodes, rounded up, nor fewer than that rounded down.
BucketOwners level_owners(BucketOwners owners, const std::set<std::string>& nodes);

}  // namespace stickler::balance
