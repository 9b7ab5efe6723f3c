// SPDX-License-Identifier: MIT
// A stick table: which server each key belongs to. Bounded: when it is full the key that was unused
// for longest is forgotten. Whoever claims a key first has it, so requests that come at the same
// moment end at one server. Split into shards, each with a lock held for some hundred nanoseconds;
// looking up allocates nothing. Knows servers as numbers only (stick_tables.h), and no clock: times
// are passed in. May be shared with others who keep the same table (table_sharing.h): then what
// changes here is proposed to them. Any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "balance/sticky_shard.h"
#include "base/units.h"

namespace stickler::balance {

struct StickyLimits {
  std::size_t entries = 100'000;
  Duration idle = std::chrono::minutes(30);  // unused for so long a key is forgotten; or kNoLimit
  Duration max_age = kNoLimit;               // after that also if it is used
};

class StickyTable {
 public:
  // `now`: the clock's time; later ones are never less.
  StickyTable(const StickyLimits& limits, TimePoint now);
  ~StickyTable();
  StickyTable(const StickyTable&) = delete;
  StickyTable& operator=(const StickyTable&) = delete;

  // After a reload. More entries than are allowed now are forgotten as others come.
  void set_limits(const StickyLimits& limits);
  StickyLimits limits() const;

  // The key's server, whose use this is; nothing if it has none.
  std::optional<KeyOwner> find(std::string_view key, TimePoint now);
  // The first one who claims a key has it: returns whose it is, `server`'s or somebody's before.
  KeyOwner claim(std::string_view key, ServerNumber server, TimePoint now);
  // From one server to another, if it still is the first one's (or nobody's): returns whose it is
  // now.
  KeyOwner move(std::string_view key, ServerNumber from, ServerNumber to, TimePoint now);
  // Whatever it was before: the server itself has made the key.
  KeyOwner set(std::string_view key, ServerNumber server, TimePoint now);

  // For who looks: no use of the key.
  struct Entry {
    std::string key;
    ServerNumber server = 0;
    Duration age{0};
    Duration unused{0};
    KeyVersion version = 0;
    KeyStanding standing = KeyStanding::own;
  };
  std::optional<Entry> peek(std::string_view key, TimePoint now) const;
  // Some of them if there are more than `most`; in no order.
  std::vector<Entry> entries(std::size_t most, TimePoint now) const;

  // Return how many were forgotten here.
  std::size_t forget(std::string_view key);
  std::size_t forget_server(ServerNumber server);
  std::size_t forget_all();

  struct Counts {
    std::size_t entries = 0;
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::uint64_t claims = 0;
    std::uint64_t moves = 0;
    std::uint64_t expired = 0;
    std::uint64_t evicted = 0;    // because the table was full
    std::uint64_t corrected = 0;  // the others had another server for it
  };
  Counts counts() const;

  // ---- with others: sticky_table_sharing.cc ----

  // From now on; null: with nobody. The object must live as long as this one.
  void share(TableSharing* with, TimePoint now);
  TableSharing* sharing() const { return sharing_.load(std::memory_order_acquire); }

  enum class Effect { none, settled, corrected };
  // The answer to a proposal of ours, or what others say unasked.
  Effect settle(std::string_view key, const Agreement& agreement, TimePoint now);
  Effect hear(std::string_view key, const Agreement& agreement, TimePoint now);
  // Nobody has answered: the key's server is what we say, until they do.
  void stand_alone(std::string_view key, TimePoint now);
  bool is_asked(std::string_view key, TimePoint now) const;
  // Others have said that all keys of this server, or all, are forgotten.
  void hear_forgotten(std::optional<ServerNumber> server);
  // We may have missed what others said: whatever was settled until now is asked for again when it
  // is used, or by doubted().
  void doubt(TimePoint now);
  // Some of what is in doubt, or decided alone, of one shard, the last used first; they count as
  // proposed. Empty when the shard has no more.
  enum class Doubted { settled, alone };
  std::vector<Proposal> doubted(Doubted which, std::size_t shard, std::size_t most, TimePoint now);
  std::size_t shards() const { return shard_count_; }

 private:
  struct Place {
    StickyShard& shard;
    std::uint32_t hash;
  };
  Place place_of(std::string_view key) const;
  StickyTime time_of(TimePoint now) const;
  StickyShard::Limits shard_limits() const;
  Entry shown(const StickyEntry& entry, StickyTime now) const;
  std::size_t forget_where(std::optional<ServerNumber> server);
  bool is_due(const StickyEntry& entry, StickyTime now, const TableSharing& with) const;
  enum class Told { answer, unasked };
  Effect apply(std::string_view key, const Agreement& agreement, TimePoint now, Told told);

  const TimePoint began_;
  const std::uint64_t seed_;
  const std::size_t shard_count_;  // a power of two
  std::unique_ptr<StickyShard[]> shards_;
  std::atomic<std::size_t> entries_;
  std::atomic<Duration> idle_;
  std::atomic<Duration> max_age_;
  std::atomic<TableSharing*> sharing_{nullptr};
  std::atomic<StickyTime> doubted_from_{0};  // what was told before is in doubt
};

}  // namespace stickler::balance
