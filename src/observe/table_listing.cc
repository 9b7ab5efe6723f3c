// SPDX-License-Identifier: MIT
#include "observe/table_listing.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "observe/json_text.h"
#include "observe/json_values.h"
#include "observe/sharing_words.h"

namespace stickler::observe {
namespace {

using balance::KeyStanding;
using balance::StickyLimits;

std::int64_t in_milliseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

// How sure the table is of a key (balance/table_sharing.h).
std::string_view standing_word(KeyStanding standing) {
  switch (standing) {
    case KeyStanding::own:
      return "own";
    case KeyStanding::asked:
      return "asked";
    case KeyStanding::alone:
      return "alone";
    case KeyStanding::settled:
      return "settled";
  }
  ASSERT(false);
  return {};
}

// Until it is forgotten if nobody uses it; nothing: never.
std::optional<Duration> life_left(const TableEntry& entry, const StickyLimits& limits) {
  std::optional<Duration> left;
  if (limits.idle != kNoLimit) left = limits.idle - entry.unused;
  if (limits.max_age != kNoLimit) {
    const Duration life = limits.max_age - entry.age;
    left = left ? std::min(*left, life) : life;
  }
  return left;
}

Json sharing_of(const cluster::SharingReport& report) {
  return {{"state", name_of(report.state)},
          {"text", sharing_details(report)},
          {"since", time_or_null(report.since)},
          {"address", text_or_null(report.address)},
          {"trouble", text_or_null(report.trouble)},
          {"lag", in_seconds(report.lag)},
          {"others", report.others},
          {"waiting", report.waiting},
          {"proposals", report.proposals},
          {"answers", report.answers},
          {"messages", report.messages},
          {"connections", report.connections},
          {"decided_alone", report.decided_alone},
          {"corrected", report.corrected}};
}

Json table_facts(const TableStats& table, const StatsSnapshot& stats) {
  const bool known = table.shared && stats.sharing;
  return {{"name", table.name},
          {"size", table.limits.entries},
          {"used", table.counts.entries},
          {"idle", limit_or_null(table.limits.idle)},
          {"max_age", limit_or_null(table.limits.max_age)},
          {"hits", table.counts.hits},
          {"misses", table.counts.misses},
          {"claims", table.counts.claims},
          {"moves", table.counts.moves},
          {"expired", table.counts.expired},
          {"evicted", table.counts.evicted},
          {"corrected", table.counts.corrected},
          {"shared", table.shared},
          {"sharing", known ? sharing_of(*stats.sharing) : Json()}};
}

// One line. There may be very many, so no values are made of them first.
void append_key(const ListedKey& key, const TableStats& table, std::string& out) {
  const auto left = life_left(key.entry, table.limits);
  JsonObject object(out);
  object.text("key", escaped_key(key.entry.key));
  object.text("server", key.server);
  object.number("server_id", key.entry.server);
  object.seconds("age", key.entry.age);
  object.seconds("idle", key.entry.unused);
  left ? object.seconds("expires_in", *left) : object.null("expires_in");
  object.text("standing", standing_word(key.entry.standing));
  object.number("version", key.entry.version);
  object.end();
}

}  // namespace

std::string escaped_key(std::string_view key) {
  std::string text;
  for (char c : key) {
    if (c > ' ' && c < 0x7f && c != '%') {
      text += c;
    } else {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::optional<std::string> unescaped_key(std::string_view text) {
  std::string key;
  while (!text.empty()) {
    if (text.front() != '%') {
      key += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    unsigned char byte = 0;
    const char* const end = text.data() + 3;
    if (std::from_chars(text.data() + 1, end, byte, 16).ptr != end) return std::nullopt;
    key += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return key;
}

std::string table_headline(const TableStats& table, const StatsSnapshot& stats) {
  std::string text = fmt::format("# table: {}, type: string, size:{}, used:{}\n", table.name,
                                 table.limits.entries, table.counts.entries);
  if (!table.shared || !stats.sharing) return text;
  return text + fmt::format("# {}: {}\n", sharing_state(*stats.sharing, stats.now),
                            sharing_details(*stats.sharing));
}

std::string table_counts_line(const TableStats& table) {
  const auto& counts = table.counts;
  std::string text =
      fmt::format("# hits:{} misses:{} claims:{} moves:{} expired:{} evicted:{}", counts.hits,
                  counts.misses, counts.claims, counts.moves, counts.expired, counts.evicted);
  if (table.shared) text += fmt::format(" corrected:{}", counts.corrected);
  return text + "\n";
}

std::string key_line(const ListedKey& key, const TableStats& table) {
  const TableEntry& entry = key.entry;
  std::string text = fmt::format(
      "key={} use=0 exp={} server_id={} server_key={} age={} idle={}", escaped_key(entry.key),
      in_milliseconds(life_left(entry, table.limits).value_or(Duration{0})), entry.server,
      key.server, in_milliseconds(entry.age), in_milliseconds(entry.unused));
  if (table.shared) {
    text += fmt::format(" standing={} version={}", standing_word(entry.standing), entry.version);
  }
  return text + "\n";
}

std::string tables_json(const StatsSnapshot& stats) {
  Json all = Json::array();
  for (const TableStats& table : stats.tables) all.push_back(table_facts(table, stats));
  return document(all);
}

std::string table_json(const TableStats& table, const StatsSnapshot& stats,
                       std::span<const ListedKey> keys, bool complete) {
  std::string text = "{\"table\": " + document(table_facts(table, stats));
  text.pop_back();
  text += fmt::format(",\n\"complete\": {},\n\"keys\": [", complete);
  for (const ListedKey& key : keys) {
    text += &key == keys.data() ? "\n" : ",\n";
    append_key(key, table, text);
  }
  return text + "]}\n";
}

}  // namespace stickler::observe
