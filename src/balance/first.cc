// SPDX-License-Identifier: MIT
#include "balance/first.h"

namespace stickler::balance {

std::optional<std::size_t> First::choose(const Candidates& candidates, std::string_view) {
  return pick(candidates);
}

void First::narrow(Candidates& candidates, std::string_view) const {
  if (auto picked = pick(candidates)) candidates.keep_only(*picked);
}

std::optional<std::size_t> First::pick(const Candidates& candidates) {
  Servers servers = candidates.servers();
  std::optional<std::size_t> first_full;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!candidates.allowed(i)) continue;
    if (servers[i]->has_free_slot()) return i;
    if (!first_full) first_full = i;
  }
  return first_full;
}

}  // namespace stickler::balance
