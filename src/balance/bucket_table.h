// SPDX-License-Identifier: MIT
// What the balancers of a cluster have agreed upon: which node has each bucket of keys. A worker
// goes by one table at a time; the next one replaces it whole. Immutable, hence thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "balance/vouching.h"

namespace stickler::balance {

struct BucketTable {
  enum class Stage : std::uint8_t {
    unowned,  // nobody has it yet
    serving,  // `node` has it
    moving,   // nobody may be asked, until another table says who has it
  };
  struct Bucket {
    Stage stage = Stage::unowned;
    std::string node;  // moving: who has had it
  };

  std::uint64_t epoch = 0;  // grows with each table
  std::vector<Bucket> buckets;
  std::shared_ptr<const Vouching> vouching;
};

// `buckets` is 16, 256 or 4096 in all of these: what some hexadecimal digits can number.

// A key's bucket: its first hexadecimal digits, two for 256. `key` has as many, in lower case.
std::size_t bucket_of(std::string_view key, std::size_t buckets);
// "7f"; lives as long as the program.
std::string_view bucket_name(std::size_t bucket, std::size_t buckets);
// The other way round; `buckets` if it is no name.
std::size_t bucket_named(std::string_view name, std::size_t buckets);

}  // namespace stickler::balance
