// SPDX-License-Identifier: MIT
#include "balance/sticky_shard.h"

#include <algorithm>

#include "base/assert.h"

namespace stickler::balance {
namespace {

constexpr std::size_t kFirstSlots = 16;

// At most three of four slots are taken: then a search looks at two or three.
bool is_crowded(std::size_t taken, std::size_t slots) { return 4 * (taken + 1) > 3 * slots; }

constexpr Duration kTick =
    std::chrono::duration_cast<Duration>(std::chrono::seconds(1)) / kStickyTicksPerSecond;

}  // namespace

StickyTime sticky_ticks(Duration span) {
  return static_cast<StickyTime>(std::max<Duration::rep>(span / kTick, 1));
}

Duration sticky_span(StickyTime ticks) { return kTick * ticks; }

void StickyEntry::set_key(std::string_view key) {
  ASSERT(key.size() <= UINT8_MAX);
  size_ = static_cast<std::uint8_t>(key.size());
  char* to = short_key_.data();
  long_key_.reset();
  if (key.size() > kShort) {
    long_key_ = std::make_unique<char[]>(key.size());
    to = long_key_.get();
  }
  std::ranges::copy(key, to);
}

StickyShard::StickyShard() : slots_(kFirstSlots) {}

bool StickyShard::has_expired(const StickyEntry& entry, StickyTime now, const Limits& limits) {
  return (limits.idle != kNeverExpires && now - entry.used >= limits.idle) ||
         (limits.max_age != kNeverExpires && now - entry.created >= limits.max_age);
}

StickyEntry* StickyShard::use(std::string_view key, std::uint32_t hash, StickyTime now,
                              const Limits& limits) {
  const std::optional<std::size_t> slot = slot_of(key, hash);
  if (!slot) return nullptr;
  const std::uint32_t number = slots_[*slot].entry;
  StickyEntry& found = entry(number);
  // Another thread's clock may be a moment ahead.
  const StickyTime at = std::max(now, found.used);
  if (has_expired(found, at, limits)) {
    remove(*slot);
    ++expired;
    return nullptr;
  }
  if (at - found.used < noted_after(limits)) return &found;
  found.used = at;
  if (newest_ != number) {
    unchain(number);
    chain(number);
  }
  return &found;
}

// The places of an entry's neighbours are mostly in no cache: each use of a large table's key would
// cost two detours to memory. While there is room the order matters little; where it may soon say
// who goes, each use counts.
StickyTime StickyShard::noted_after(const Limits& limits) const {
  constexpr std::size_t kLeastEntries = 1024;
  constexpr StickyTime kPartOfIdle = 128;
  constexpr StickyTime kAtMost = 60 * kStickyTicksPerSecond;
  const bool has_room = limits.entries >= kLeastEntries && 4 * count_ < 3 * limits.entries;
  if (limits.each_use_counts || !has_room) return 0;
  return limits.idle == kNeverExpires ? kAtMost : std::min(limits.idle / kPartOfIdle, kAtMost);
}

const StickyEntry* StickyShard::look(std::string_view key, std::uint32_t hash, StickyTime now,
                                     const Limits& limits) const {
  const std::optional<std::size_t> slot = slot_of(key, hash);
  if (!slot) return nullptr;
  const StickyEntry& found = entry(slots_[*slot].entry);
  return has_expired(found, std::max(now, found.used), limits) ? nullptr : &found;
}

StickyEntry& StickyShard::add(std::string_view key, std::uint32_t hash, ServerNumber server,
                              StickyTime now, const Limits& limits) {
  make_room(now, limits);
  if (is_crowded(count_, slots_.size())) grow();
  const std::uint32_t number = take_entry();
  StickyEntry& added = entry(number);
  added.set_key(key);
  added.hash_ = hash;
  added.server = server;
  added.used = added.created = added.told = now;
  added.version = 0;
  added.standing = KeyStanding::own;
  put_slot(number, hash);
  chain(number);
  ++count_;
  return added;
}

bool StickyShard::forget(std::string_view key, std::uint32_t hash) {
  const std::optional<std::size_t> slot = slot_of(key, hash);
  if (slot) remove(*slot);
  return slot.has_value();
}

std::size_t StickyShard::forget_where(std::optional<ServerNumber> server) {
  std::size_t forgotten = 0;
  for (std::uint32_t at = newest_; at != kNone;) {
    const std::uint32_t number = at;
    at = entry(at).older_;
    if (server && entry(number).server != *server) continue;
    remove(slot_of_entry(number));
    ++forgotten;
  }
  return forgotten;
}

// ---- Room ----

// The oldest are at one end of the chain. A few are looked at each time one is added, so that a
// table that nobody asks any more does not stay full of what has expired.
void StickyShard::make_room(StickyTime now, const Limits& limits) {
  constexpr int kLooks = 2;
  for (int look = 0; look < kLooks && oldest_ != kNone; ++look) {
    const StickyEntry& oldest = entry(oldest_);
    if (!has_expired(oldest, std::max(now, oldest.used), limits)) break;
    remove(slot_of_entry(oldest_));
    ++expired;
  }
  // After a reload with a lower limit there may be several to give up.
  for (int look = 0; look < kLooks && count_ >= limits.entries && count_ > 0; ++look) {
    remove(slot_of_entry(oldest_));
    ++evicted;
  }
}

std::uint32_t StickyShard::take_entry() {
  if (free_ != kNone) {
    const std::uint32_t number = free_;
    free_ = entry(number).older_;
    return number;
  }
  if (made_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<Chunk>());
  return made_++;
}

// ---- The index ----

std::optional<std::size_t> StickyShard::slot_of(std::string_view key, std::uint32_t hash) const {
  for (std::size_t slot = hash & (slots_.size() - 1); slots_[slot].entry != kNone;
       slot = next(slot)) {
    if (slots_[slot].hash == hash && entry(slots_[slot].entry).key() == key) return slot;
  }
  return std::nullopt;
}

std::size_t StickyShard::slot_of_entry(std::uint32_t number) const {
  std::size_t slot = entry(number).hash_ & (slots_.size() - 1);
  while (slots_[slot].entry != number) slot = next(slot);
  return slot;
}

void StickyShard::put_slot(std::uint32_t number, std::uint32_t hash) {
  std::size_t slot = hash & (slots_.size() - 1);
  while (slots_[slot].entry != kNone) slot = next(slot);
  slots_[slot] = {number, hash};
}

void StickyShard::grow() {
  std::vector<Slot> before(2 * slots_.size());
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.entry != kNone) put_slot(slot.entry, slot.hash);
  }
}

void StickyShard::remove(std::size_t slot) {
  const std::uint32_t number = slots_[slot].entry;
  remove_slot(slot);
  unchain(number);
  entry(number).set_key({});
  entry(number).older_ = free_;
  free_ = number;
  --count_;
}

// Those behind it move up if that is nearer to where their search begins (Knuth, TAOCP 3, 6.4,
// algorithm R), so that no search ends too early.
void StickyShard::remove_slot(std::size_t slot) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = slot;
  for (std::size_t at = next(hole); slots_[at].entry != kNone; at = next(at)) {
    const std::size_t begins = slots_[at].hash & mask;
    if (((at - begins) & mask) < ((at - hole) & mask)) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
}

// ---- The chain ----

void StickyShard::chain(std::uint32_t number) {
  StickyEntry& newest = entry(number);
  newest.newer_ = kNone;
  newest.older_ = newest_;
  if (newest_ != kNone) entry(newest_).newer_ = number;
  newest_ = number;
  if (oldest_ == kNone) oldest_ = number;
}

void StickyShard::unchain(std::uint32_t number) {
  const StickyEntry& leaving = entry(number);
  if (leaving.newer_ != kNone) entry(leaving.newer_).older_ = leaving.older_;
  if (leaving.older_ != kNone) entry(leaving.older_).newer_ = leaving.newer_;
  if (newest_ == number) newest_ = leaving.older_;
  if (oldest_ == number) oldest_ = leaving.newer_;
}

}  // namespace stickler::balance
