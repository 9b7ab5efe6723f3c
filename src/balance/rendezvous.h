// SPDX-License-Identifier: MIT
// Weighted rendezvous hashing: the same key always leads to the same server. Each server draws a
// number from the hash of its name and the key, scaled by its weight; the highest wins.
//
// It gives what a ring of hashed points would: when a server goes, its keys spread over the others
// and no other key moves; when it comes back or gains weight, the only keys that move are those
// that move to it. But the shares are exact, there is no ring to rebuild when a weight changes, and
// no state for threads to share. The price is one hash per server, some tens of nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "balance/candidates.h"

namespace stickler::balance {

// Continues `hash` with further bytes; the same everywhere, on every machine.
std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t hash = 0);

// What a server of that name draws for a key.
double rendezvous_draw(std::uint64_t name_hash, std::uint32_t weight, std::string_view key);

// The position of the candidate with the highest draw; nothing if there is no candidate.
// `name_hash_of(position)` is hash_bytes() of that server's name.
template <typename NameHashOf>
std::optional<std::size_t> rendezvous(const Candidates& candidates, std::string_view key,
                                      NameHashOf name_hash_of) {
  std::optional<std::size_t> best;
  double highest = 0;
  for (std::size_t i = 0; i < candidates.servers().size(); ++i) {
    if (!candidates.allowed(i)) continue;
    double drawn = rendezvous_draw(name_hash_of(i), share_of(*candidates.servers()[i]), key);
    if (best && drawn <= highest) continue;
    best = i;
    highest = drawn;
  }
  return best;
}

}  // namespace stickler::balance
