// SPDX-License-Identifier: MIT
#include "balance/rendezvous.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cmath>

namespace stickler::balance {

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
}

// With hashes spread evenly over (0, 1), the highest of weight / -ln(hash) is a server's as often
// as its weight says.
double rendezvous_draw(std::uint64_t name_hash, std::uint32_t weight, std::string_view key) {
  std::uint64_t hash = hash_bytes(key, name_hash);
  // 52 bits and a half fit a double exactly; the half keeps both ends out, 0 and 1.
  double uniform = (static_cast<double>(hash >> 12) + 0.5) * 0x1p-52;
  return weight / -std::log(uniform);
}

}  // namespace stickler::balance
