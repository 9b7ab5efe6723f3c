// SPDX-License-Identifier: MIT
// Stick tables and their keys as the runtime socket shows them: HAProxy's lines (its management
// guide, 9.3, "show table") with ours among them, and JSON for scripts. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

using TableEntry = balance::StickyTable::Entry;

// A key with the name of its server.
struct ListedKey {
  TableEntry entry;
  std::string_view server;
};

// Keys come from clients: what is no visible ASCII is written as %41.
std::string escaped_key(std::string_view key);
// The key that is written so; nothing if this is nobody's spelling.
std::optional<std::string> unescaped_key(std::string_view text);

// "# table: projects, type: string, size:100000, used:3": HAProxy's line, and for a table that is
// shared one that says how it goes with that.
std::string table_headline(const TableStats& table, const StatsSnapshot& stats);
std::string table_counts_line(const TableStats& table);
std::string key_line(const ListedKey& key, const TableStats& table);

// An array with an object for each table.
std::string tables_json(const StatsSnapshot& stats);
// An object: "table" as above, "complete" (or there are more keys than these), "keys".
std::string table_json(const TableStats& table, const StatsSnapshot& stats,
                       std::span<const ListedKey> keys, bool complete);

}  // namespace stickler::observe
