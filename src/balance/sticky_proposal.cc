// SPDX-License-Identifier: MIT
#include "balance/sticky_proposal.h"

#include <algorithm>

namespace stickler::balance {

KeyOwner owner_of(const StickyEntry& entry) {
  return {entry.server, entry.standing == KeyStanding::asked};
}

Proposal proposal_of(StickyEntry& entry, StickyTime now) {
  entry.told = now;
  Proposal proposal;
  proposal.key = entry.key();
  proposal.version = std::max<KeyVersion>(entry.version, 1);
  proposal.server = entry.server;
  proposal.age = sticky_span(std::max(now, entry.created) - entry.created);
  if (entry.standing == KeyStanding::settled) {
    proposal.base_version = entry.version;
    proposal.base_server = entry.server;
  } else {
    // Decided without the others: after the version before, whosever that was.
    proposal.base_version = proposal.version - 1;
  }
  return proposal;
}

std::optional<Proposal> change(StickyEntry& entry, KeyVersion base,
                               std::optional<ServerNumber> base_server, StickyTime now,
                               const TableSharing& with) {
  entry.version = base + 1;
  entry.told = now;
  entry.standing = with.answers_soon() ? KeyStanding::asked : KeyStanding::alone;
  if (!with.answers()) return std::nullopt;
  Proposal proposal = proposal_of(entry, now);
  proposal.base_version = base;
  proposal.base_server = base_server;
  return proposal;
}

}  // namespace stickler::balance
