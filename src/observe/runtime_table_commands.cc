// SPDX-License-Identifier: MIT
#include "observe/runtime_table_commands.h"

#include <algorithm>

#include "base/log.h"
#include "net/event_loop.h"
#include "observe/runtime_commands.h"
#include "observe/table_listing.h"

namespace stickler::observe {
namespace {

using balance::StickTables;
using balance::StickyTable;

constexpr std::size_t kShown = 100'000;
constexpr const char* kNoSuchTable = "No such table";
constexpr const char* kHowToShow = "usage: show table [<name> [key <key>]] [json]";
constexpr const char* kHowToClear = "usage: clear table <name> [key <key> | server <name>] [json]";

TimePoint now() { return net::EventLoop::current().now(); }

// "<table> [<what> <value>] [json]"
struct AskedTable {
  std::string table;
  std::string what;   // "key", "server"; "" : all
  std::string value;  // which one
  bool json = false;

  bool of(std::string_view one) const { return what == one; }
};

// By their number, so that a table, a key and a server may be called "json". Nothing: it is
// something else.
std::optional<AskedTable> asked_in(const Words& words) {
  if (words.empty() || words.size() > 4) return std::nullopt;
  AskedTable asked;
  asked.table = words[0];
  asked.json = words.size() % 2 == 0;
  if (asked.json && words.back() != "json") return std::nullopt;
  if (words.size() > 2) {
    asked.what = words[1];
    asked.value = words[2];
  }
  return asked;
}

// What a key that somebody has typed may be: the key as it came, or its hash, where the table is
// hashed or the key long; or both of the key that is shown so. Every other one is a hash.
std::vector<std::string> spellings(const std::string& typed, const StickTables& tables) {
  std::vector<std::string> all{typed, tables.hash()(typed)};
  const std::optional<std::string> key = unescaped_key(typed);
  if (key && *key != typed) all.insert(all.end(), {*key, tables.hash()(*key)});
  return all;
}

std::vector<ListedKey> keys_of(const StickyTable& table, const StickTables& tables,
                               const AskedTable& asked) {
  std::vector<ListedKey> keys;
  const auto list = [&](TableEntry entry) {
    const std::string_view server = tables.server_name(entry.server);
    keys.push_back({std::move(entry), server});
  };
  if (asked.of("")) {
    for (TableEntry& entry : table.entries(kShown, now())) list(std::move(entry));
    return keys;
  }
  for (const std::string& key : spellings(asked.value, tables)) {
    std::optional<TableEntry> entry = table.peek(key, now());
    if (!entry) continue;
    list(std::move(*entry));
    break;
  }
  return keys;
}

std::string table_text(const TableStats& table, const StatsSnapshot& stats,
                       const std::vector<ListedKey>& keys, const AskedTable& asked) {
  std::string text = table_headline(table, stats);
  if (asked.of("")) text += table_counts_line(table);
  for (const ListedKey& key : keys) text += key_line(key, table);
  if (keys.size() == kShown) text += "# there may be more\n";
  return text;
}

std::string tables_text(const StatsSnapshot& stats) {
  std::string text;
  for (const TableStats& table : stats.tables) {
    text += table_headline(table, stats) + table_counts_line(table);
  }
  return text;
}

std::string show_table(Administration& administration, const Words& words) {
  if (words.empty()) return tables_text(administration.stats());
  if (words == Words{"json"}) return tables_json(administration.stats());
  const std::optional<AskedTable> asked = asked_in(words);
  if (!asked || !(asked->of("") || asked->of("key"))) return kHowToShow;
  const StatsSnapshot stats = administration.stats();
  const StickTables& tables = *administration.snapshot().tables;
  const auto shown = std::ranges::find(stats.tables, asked->table, &TableStats::name);
  const std::shared_ptr<StickyTable> table = tables.find(asked->table);
  if (table == nullptr || shown == stats.tables.end()) return kNoSuchTable;
  const std::vector<ListedKey> keys = keys_of(*table, tables, *asked);
  if (!asked->json) return table_text(*shown, stats, keys, *asked);
  return table_json(*shown, stats, keys, keys.size() < kShown);
}

// The spelling that is kept here. If none is, those who share the table may have it: they are told
// all, but nothing that a hashed table is not meant to hold.
std::size_t forget_key(StickyTable& table, const std::string& typed, const StickTables& tables,
                       bool hashed) {
  const std::vector<std::string> all = spellings(typed, tables);
  const auto kept = std::ranges::find_if(
      all, [&](const std::string& key) { return table.peek(key, now()).has_value(); });
  if (kept != all.end()) return table.forget(*kept);
  for (std::size_t i = hashed ? 1 : 0; i < all.size(); i += hashed ? 2 : 1) table.forget(all[i]);
  return 0;
}

// Tables know servers by their names alone: a backend's name before it is let pass.
std::size_t forget_server(StickyTable& table, std::string_view name, StickTables& tables) {
  name.remove_prefix(name.rfind('/') + 1);
  return table.forget_server(tables.number_of(name));
}

// Silent, as in HAProxy, unless it is asked for JSON.
std::string clear_table(Administration& administration, const Words& words) {
  const std::optional<AskedTable> asked = asked_in(words);
  if (!asked) return kHowToClear;
  StickTables& tables = *administration.snapshot().tables;
  const std::shared_ptr<StickyTable> table = tables.find(asked->table);
  if (table == nullptr) return kNoSuchTable;
  std::size_t forgotten = 0;
  if (asked->of("")) {
    forgotten = table->forget_all();
  } else if (asked->of("key")) {
    const config::Table* settings =
        config::find_table(*administration.snapshot().config, asked->table);
    const bool hashed = settings != nullptr && settings->hashed;
    forgotten = forget_key(*table, asked->value, tables, hashed);
  } else if (asked->of("server")) {
    forgotten = forget_server(*table, asked->value, tables);
  } else {
    return kHowToClear;
  }
  log_info("table {}: {} {} cleared, by an administrator", asked->table, forgotten,
           forgotten == 1 ? "key is" : "keys are");
  if (!asked->json) return "";
  return fmt::format("{{\"forgotten\": {}, \"shared\": {}}}\n", forgotten,
                     table->sharing() != nullptr);
}

}  // namespace

void add_table_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add("show table", "[<table> [key <key>]] [json]",
               "Stick tables: how full they are, whose each key is.",
               [&](const Words& words) { return show_table(administration, words); });
  commands.add("clear table", "<table> [key <key>|server <name>] [json]",
               "Forgets keys: one, a server's, or all.",
               [&](const Words& words) { return clear_table(administration, words); });
}

}  // namespace stickler::observe
