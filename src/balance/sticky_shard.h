// SPDX-License-Identifier: MIT
// A part of a stick table (sticky_table.h): entries in memory that never moves, found by an index
// of their hashes, chained in the order of their last use. An entry costs 80 bytes and some 16 of
// the index, a key of up to 38 bytes included. Its lock is for the table to hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "balance/table_sharing.h"

namespace stickler::balance {

// Sixteenths of a second since the table was made: enough for eight years.
using StickyTime = std::uint32_t;
inline constexpr StickyTime kStickyTicksPerSecond = 16;
inline constexpr StickyTime kNeverExpires = 0;
// At least one.
StickyTime sticky_ticks(Duration span);
Duration sticky_span(StickyTime ticks);

class StickyEntry {
 public:
  static constexpr std::size_t kShort = 38;

  std::string_view key() const {
    return {size_ <= kShort ? short_key_.data() : long_key_.get(), size_};
  }
  ServerNumber server = 0;
  StickyTime used = 0;
  StickyTime created = 0;  // or moved
  // Of a table that is shared:
  StickyTime told = 0;  // when it was last proposed, or settled
  KeyVersion version = 0;

 private:
  friend class StickyShard;
  void set_key(std::string_view key);

  std::uint32_t hash_ = 0;
  std::uint32_t newer_ = 0;  // entries used after and before this one
  std::uint32_t older_ = 0;

 public:
  KeyStanding standing = KeyStanding::own;

 private:
  std::uint8_t size_ = 0;
  std::array<char, kShort> short_key_;
  std::unique_ptr<char[]> long_key_;
};
static_assert(sizeof(StickyEntry) == 80);

class alignas(64) StickyShard {
 public:
  struct Limits {
    std::size_t entries = 0;
    StickyTime idle = kNeverExpires;
    StickyTime max_age = kNeverExpires;
    bool each_use_counts = false;  // for the order of last use, also while there is room
  };

  StickyShard();
  StickyShard(const StickyShard&) = delete;
  StickyShard& operator=(const StickyShard&) = delete;

  // To be held while anything below is called.
  std::mutex& mutex() { return mutex_; }

  // The entry of that key, used now; null if there is none that has not expired. Of a use soon
  // after another no note is taken, unless each counts: `used` may be a hundredth of the idle time
  // too early.
  StickyEntry* use(std::string_view key, std::uint32_t hash, StickyTime now, const Limits& limits);
  // The same without using it.
  const StickyEntry* look(std::string_view key, std::uint32_t hash, StickyTime now,
                          const Limits& limits) const;
  StickyEntry* look(std::string_view key, std::uint32_t hash, StickyTime now,
                    const Limits& limits) {
    return const_cast<StickyEntry*>(std::as_const(*this).look(key, hash, now, limits));
  }
  // A new entry for a key that has none. May take the place of an old one.
  StickyEntry& add(std::string_view key, std::uint32_t hash, ServerNumber server, StickyTime now,
                   const Limits& limits);
  bool forget(std::string_view key, std::uint32_t hash);
  // All of a server, or all.
  std::size_t forget_where(std::optional<ServerNumber> server);

  // Those that have not expired; ends when `visit` returns false.
  template <typename Visit>
  void for_each(StickyTime now, const Limits& limits, Visit visit) const {
    for (std::uint32_t at = newest_; at != kNone; at = entry(at).older_) {
      if (!has_expired(entry(at), now, limits) && !visit(entry(at))) return;
    }
  }

  // The same, to be changed, but not forgotten, by `visit`.
  template <typename Visit>
  void change_each(StickyTime now, const Limits& limits, Visit visit) {
    for_each(now, limits,
             [&](const StickyEntry& found) { return visit(const_cast<StickyEntry&>(found)); });
  }

  std::size_t size() const { return count_; }

  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t claims = 0;
  std::uint64_t moves = 0;
  std::uint64_t expired = 0;
  std::uint64_t evicted = 0;
  std::uint64_t corrected = 0;

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::size_t kChunk = 256;  // entries allocated together
  using Chunk = std::array<StickyEntry, kChunk>;

  // An entry's place and its hash, so that most others are passed by without being looked at.
  struct Slot {
    std::uint32_t entry = kNone;
    std::uint32_t hash = 0;
  };

  StickyEntry& entry(std::uint32_t number) { return (*chunks_[number / kChunk])[number % kChunk]; }
  const StickyEntry& entry(std::uint32_t number) const {
    return (*chunks_[number / kChunk])[number % kChunk];
  }
  static bool has_expired(const StickyEntry& entry, StickyTime now, const Limits& limits);
  std::optional<std::size_t> slot_of(std::string_view key, std::uint32_t hash) const;
  std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  StickyTime noted_after(const Limits& limits) const;
  std::uint32_t take_entry();
  void grow();
  void put_slot(std::uint32_t number, std::uint32_t hash);
  void remove_slot(std::size_t slot);
  void remove(std::size_t slot);
  void make_room(StickyTime now, const Limits& limits);
  std::size_t slot_of_entry(std::uint32_t number) const;
  void chain(std::uint32_t number);
  void unchain(std::uint32_t number);

  std::mutex mutex_;
  std::vector<Slot> slots_;  // a power of two; linear probing
  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::uint32_t newest_ = kNone;
  std::uint32_t oldest_ = kNone;
  std::uint32_t free_ = kNone;  // entries once used, chained by older_
  std::uint32_t made_ = 0;      // entries ever used: those behind have no place in a chain
  std::size_t count_ = 0;
};

}  // namespace stickler::balance
