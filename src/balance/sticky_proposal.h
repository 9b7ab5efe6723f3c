// SPDX-License-Identifier: MIT
// What a stick table proposes of an entry to those who keep the same table. Pure; the entry's shard
// is locked by the caller.
#pragma once

#include "balance/sticky_shard.h"
#include "balance/table_sharing.h"

namespace stickler::balance {

KeyOwner owner_of(const StickyEntry& entry);

// The entry as it is: to be kept, or agreed upon again. It counts as told now.
Proposal proposal_of(StickyEntry& entry, StickyTime now);

// The entry has just been made, or given to another server: it gets its next version, and the
// others are asked, unless they do not answer now. `base_server`: whose it must have been.
std::optional<Proposal> change(StickyEntry& entry, KeyVersion base,
                               std::optional<ServerNumber> base_server, StickyTime now,
                               const TableSharing& with);

}  // namespace stickler::balance
