// SPDX-License-Identifier: MIT
#include "balance/sticky_table.h"

#include "balance/sticky_proposal.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <random>

namespace stickler::balance {
namespace {

constexpr std::size_t kMostShards = 64;
// In smaller ones "the least recently used" would mean little.
constexpr std::size_t kLeastPerShard = 1024;

std::size_t shards_for(std::size_t entries) {
  const std::size_t wanted = std::clamp<std::size_t>(entries / kLeastPerShard, 1, kMostShards);
  return std::bit_floor(wanted);
}

// Nobody outside can tell which keys lie together.
std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

StickyTime limit_of(Duration span) { return span == kNoLimit ? kNeverExpires : sticky_ticks(span); }

}  // namespace

StickyTable::StickyTable(const StickyLimits& limits, TimePoint now)
    : began_(now),
      seed_(random_seed()),
      shard_count_(shards_for(limits.entries)),
      shards_(std::make_unique<StickyShard[]>(shard_count_)),
      entries_(limits.entries),
      idle_(limits.idle),
      max_age_(limits.max_age) {}

StickyTable::~StickyTable() = default;

void StickyTable::set_limits(const StickyLimits& limits) {
  entries_ = limits.entries;
  idle_ = limits.idle;
  max_age_ = limits.max_age;
}

StickyLimits StickyTable::limits() const { return {entries_, idle_, max_age_}; }

// ---- whose a key is ----

std::optional<KeyOwner> StickyTable::find(std::string_view key, TimePoint now) {
  const Place place = place_of(key);
  const StickyShard::Limits limits = shard_limits();
  const StickyTime time = time_of(now);
  TableSharing* const with = sharing();
  std::optional<Proposal> due;
  KeyOwner owner;
  {
    std::lock_guard lock(place.shard.mutex());
    StickyEntry* const found = place.shard.use(key, place.hash, time, limits);
    ++(found != nullptr ? place.shard.hits : place.shard.misses);
    if (found == nullptr) return std::nullopt;
    if (with != nullptr && is_due(*found, time, *with)) due = proposal_of(*found, time);
    owner = owner_of(*found);
  }
  if (due) with->propose(std::move(*due));
  return owner;
}

KeyOwner StickyTable::claim(std::string_view key, ServerNumber server, TimePoint now) {
  return move(key, server, server, now);
}

KeyOwner StickyTable::move(std::string_view key, ServerNumber from, ServerNumber to,
                           TimePoint now) {
  const Place place = place_of(key);
  const StickyShard::Limits limits = shard_limits();
  const StickyTime time = time_of(now);
  TableSharing* const with = sharing();
  std::optional<Proposal> news;
  KeyOwner owner;
  {
    std::lock_guard lock(place.shard.mutex());
    StickyEntry* found = place.shard.use(key, place.hash, time, limits);
    if (found == nullptr) {
      ++place.shard.claims;
      found = &place.shard.add(key, place.hash, to, time, limits);
      if (with != nullptr) news = change(*found, 0, std::nullopt, time, *with);
    } else if (found->server == from && from != to) {
      ++place.shard.moves;
      found->server = to;
      found->created = std::max(time, found->used);
      if (with != nullptr) news = change(*found, found->version, from, time, *with);
    }
    owner = owner_of(*found);
  }
  if (news) with->propose(std::move(*news));
  return owner;
}

KeyOwner StickyTable::set(std::string_view key, ServerNumber server, TimePoint now) {
  const Place place = place_of(key);
  const StickyShard::Limits limits = shard_limits();
  const StickyTime time = time_of(now);
  TableSharing* const with = sharing();
  std::optional<Proposal> news;
  KeyOwner owner;
  {
    std::lock_guard lock(place.shard.mutex());
    StickyEntry* found = place.shard.use(key, place.hash, time, limits);
    const bool is_new = found == nullptr || found->server != server;
    if (found == nullptr) {
      ++place.shard.claims;
      found = &place.shard.add(key, place.hash, server, time, limits);
    } else if (is_new) {
      ++place.shard.moves;
      found->server = server;
    }
    if (with != nullptr && is_new) {
      news = change(*found, found->version, std::nullopt, time, *with);
      if (news) news->kind = Proposal::Kind::insist;
    }
    owner = owner_of(*found);
  }
  if (news) with->propose(std::move(*news));
  return owner;
}

std::optional<StickyTable::Entry> StickyTable::peek(std::string_view key, TimePoint now) const {
  const Place place = place_of(key);
  const StickyShard::Limits limits = shard_limits();
  std::lock_guard lock(place.shard.mutex());
  const StickyEntry* found = place.shard.look(key, place.hash, time_of(now), limits);
  if (found == nullptr) return std::nullopt;
  return shown(*found, time_of(now));
}

std::vector<StickyTable::Entry> StickyTable::entries(std::size_t most, TimePoint now) const {
  const StickyShard::Limits limits = shard_limits();
  const StickyTime time = time_of(now);
  std::vector<Entry> all;
  for (std::size_t i = 0; i < shard_count_ && all.size() < most; ++i) {
    std::lock_guard lock(shards_[i].mutex());
    shards_[i].for_each(time, limits, [&](const StickyEntry& entry) {
      all.push_back(shown(entry, time));
      return all.size() < most;
    });
  }
  return all;
}

StickyTable::Entry StickyTable::shown(const StickyEntry& entry, StickyTime now) const {
  const StickyTime at = std::max(now, entry.used);
  return {std::string(entry.key()),     entry.server,  sticky_span(at - entry.created),
          sticky_span(at - entry.used), entry.version, entry.standing};
}

std::size_t StickyTable::forget(std::string_view key) {
  const Place place = place_of(key);
  std::size_t forgotten = 0;
  {
    std::lock_guard lock(place.shard.mutex());
    forgotten = place.shard.forget(key, place.hash) ? 1 : 0;
  }
  if (TableSharing* const with = sharing()) {
    Proposal proposal;
    proposal.kind = Proposal::Kind::forget;
    proposal.key = key;
    with->propose(std::move(proposal));
  }
  return forgotten;
}

std::size_t StickyTable::forget_server(ServerNumber server) {
  if (TableSharing* const with = sharing()) with->forget_all_of(server);
  return forget_where(server);
}

std::size_t StickyTable::forget_all() {
  if (TableSharing* const with = sharing()) with->forget_all_of(std::nullopt);
  return forget_where(std::nullopt);
}

std::size_t StickyTable::forget_where(std::optional<ServerNumber> server) {
  std::size_t forgotten = 0;
  for (std::size_t i = 0; i < shard_count_; ++i) {
    std::lock_guard lock(shards_[i].mutex());
    forgotten += shards_[i].forget_where(server);
  }
  return forgotten;
}

StickyTable::Counts StickyTable::counts() const {
  Counts sum;
  for (std::size_t i = 0; i < shard_count_; ++i) {
    std::lock_guard lock(shards_[i].mutex());
    const StickyShard& shard = shards_[i];
    sum.entries += shard.size();
    sum.hits += shard.hits;
    sum.misses += shard.misses;
    sum.claims += shard.claims;
    sum.moves += shard.moves;
    sum.expired += shard.expired;
    sum.evicted += shard.evicted;
    sum.corrected += shard.corrected;
  }
  return sum;
}

StickyTable::Place StickyTable::place_of(std::string_view key) const {
  const std::uint64_t hash = XXH3_64bits_withSeed(key.data(), key.size(), seed_);
  return {shards_[(hash >> 32) & (shard_count_ - 1)], static_cast<std::uint32_t>(hash)};
}

StickyTime StickyTable::time_of(TimePoint now) const {
  return static_cast<StickyTime>(std::max(now - began_, Duration{0}) / sticky_span(1));
}

StickyShard::Limits StickyTable::shard_limits() const {
  return {(entries_.load(std::memory_order_relaxed) + shard_count_ - 1) / shard_count_,
          limit_of(idle_.load(std::memory_order_relaxed)),
          limit_of(max_age_.load(std::memory_order_relaxed)),
          // Others are told of what was used last first.
          sharing() != nullptr};
}

}  // namespace stickler::balance
