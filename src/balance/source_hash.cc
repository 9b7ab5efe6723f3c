// SPDX-License-Identifier: MIT
#include "balance/source_hash.h"

#include "balance/rendezvous.h"

namespace stickler::balance {

SourceHash::SourceHash(Servers servers) {
  name_hashes_.reserve(servers.size());
  for (const ServerView* server : servers) name_hashes_.push_back(hash_bytes(server->name));
}

std::optional<std::size_t> SourceHash::choose(const Candidates& candidates, std::string_view key) {
  return pick(candidates, key);
}

void SourceHash::narrow(Candidates& candidates, std::string_view key) const {
  if (auto picked = pick(candidates, key)) candidates.keep_only(*picked);
}

std::optional<std::size_t> SourceHash::pick(const Candidates& candidates,
                                            std::string_view key) const {
  return rendezvous(candidates, key, [this](std::size_t i) { return name_hashes_[i]; });
}

}  // namespace stickler::balance
