// SPDX-License-Identifier: MIT
// A stick table among others that keep the same keys. What the others say counts if it is newer
// than what is known here; what they have not heard is proposed to them, when it is used or by and
// by. In which order messages and answers arrive does not matter.
#include <algorithm>

#include "balance/sticky_proposal.h"
#include "balance/sticky_table.h"

namespace stickler::balance {
namespace {

// How often an entry that is used only here is renewed elsewhere, as part of the time after which
// it is forgotten if it is not.
constexpr int kRenewals = 10;

// How long after one proposal of what was decided alone the next may come, if nobody answered.
constexpr Duration kAskAgain = std::chrono::seconds(1);

}  // namespace

void StickyTable::share(TableSharing* with, TimePoint now) {
  if (with == nullptr || sharing() != nullptr) {
    sharing_.store(with, std::memory_order_release);
    return;
  }
  // What was decided until now nobody else knows of.
  const StickyShard::Limits limits = shard_limits();
  for (std::size_t i = 0; i < shard_count_; ++i) {
    std::lock_guard lock(shards_[i].mutex());
    shards_[i].change_each(time_of(now), limits, [](StickyEntry& entry) {
      entry.standing = KeyStanding::alone;
      entry.version = std::max<KeyVersion>(entry.version, 1);
      return true;
    });
  }
  sharing_.store(with, std::memory_order_release);
}

bool StickyTable::is_due(const StickyEntry& entry, StickyTime now, const TableSharing& with) const {
  if (!with.answers()) return false;
  const StickyTime since = now - std::min(now, entry.told);
  switch (entry.standing) {
    case KeyStanding::settled: {
      const Duration idle = idle_.load(std::memory_order_relaxed);
      if (entry.told < doubted_from_.load(std::memory_order_relaxed)) return true;
      return idle != kNoLimit && since >= sticky_ticks(idle / kRenewals);
    }
    case KeyStanding::alone:
    case KeyStanding::own:
      return since >= sticky_ticks(kAskAgain);
    case KeyStanding::asked:
      break;
  }
  return false;
}

StickyTable::Effect StickyTable::settle(std::string_view key, const Agreement& agreement,
                                        TimePoint now) {
  return apply(key, agreement, now, Told::answer);
}

StickyTable::Effect StickyTable::hear(std::string_view key, const Agreement& agreement,
                                      TimePoint now) {
  return apply(key, agreement, now, Told::unasked);
}

// An answer may be as old as the entry, a message is newer or says nothing; unless nothing is
// agreed upon here.
StickyTable::Effect StickyTable::apply(std::string_view key, const Agreement& agreement,
                                       TimePoint now, Told told) {
  const Place place = place_of(key);
  const StickyTime time = time_of(now);
  std::lock_guard lock(place.shard.mutex());
  StickyEntry* const entry = place.shard.look(key, place.hash, time, shard_limits());
  if (entry == nullptr) return Effect::none;
  const bool settled = entry->standing == KeyStanding::settled;
  const bool older = agreement.version < entry->version;
  const bool same = agreement.version == entry->version && agreement.server == entry->server;
  if (older || (told == Told::unasked && agreement.version == entry->version && settled)) {
    return Effect::none;
  }
  if (!agreement.server) {
    place.shard.forget(key, place.hash);
    return Effect::corrected;
  }
  const bool corrected = entry->server != *agreement.server;
  entry->server = *agreement.server;
  entry->version = agreement.version;
  entry->standing = KeyStanding::settled;
  if (!same) entry->created = time - std::min(time, sticky_ticks(agreement.age));
  // An answer to what was in doubt ends the doubt, also within the tick in which that began.
  const StickyTime doubted_from = doubted_from_;
  if (told == Told::answer || corrected) entry->told = std::max(time, doubted_from);
  if (!corrected) return Effect::settled;
  ++place.shard.corrected;
  return Effect::corrected;
}

void StickyTable::stand_alone(std::string_view key, TimePoint now) {
  const Place place = place_of(key);
  std::lock_guard lock(place.shard.mutex());
  StickyEntry* const entry = place.shard.look(key, place.hash, time_of(now), shard_limits());
  if (entry != nullptr && entry->standing == KeyStanding::asked) {
    entry->standing = KeyStanding::alone;
  }
}

bool StickyTable::is_asked(std::string_view key, TimePoint now) const {
  const auto entry = peek(key, now);
  return entry && entry->standing == KeyStanding::asked;
}

void StickyTable::hear_forgotten(std::optional<ServerNumber> server) { forget_where(server); }

// ---- what the others may not know ----

void StickyTable::doubt(TimePoint now) { doubted_from_ = time_of(now) + 1; }

std::vector<Proposal> StickyTable::doubted(Doubted which, std::size_t shard, std::size_t most,
                                           TimePoint now) {
  const StickyTime time = time_of(now);
  const StickyTime doubted_from = doubted_from_;
  std::vector<Proposal> proposals;
  std::lock_guard lock(shards_[shard].mutex());
  shards_[shard].change_each(time, shard_limits(), [&](StickyEntry& entry) {
    const bool settled = entry.standing == KeyStanding::settled;
    const bool wanted = which == Doubted::settled
                            ? settled && entry.told < doubted_from
                            : entry.standing == KeyStanding::alone && entry.told < time;
    if (!wanted) return true;
    proposals.push_back(proposal_of(entry, time));
    entry.told = std::max(time, doubted_from);
    return proposals.size() < most;
  });
  return proposals;
}

}  // namespace stickler::balance
