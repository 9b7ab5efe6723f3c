// SPDX-License-Identifier: MIT
#include "observe/runtime_table_commands.h"

#include <algorithm>

#include "base/log.h"
#include "net/event_loop.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using balance::StickTables;
using balance::StickyTable;

constexpr std::size_t kShown = 100'000;

TimePoint now() { return net::EventLoop::current().now(); }

std::int64_t milliseconds(Duration span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

// "# table: projects, type: string, size:100000, used:3": HAProxy's line.
std::string headline(const std::string& name, const StickyTable& table) {
  return fmt::format("# table: {}, type: string, size:{}, used:{}\n", name, table.limits().entries,
                     table.counts().entries);
}

std::string counts_line(const StickyTable& table) {
  const StickyTable::Counts counts = table.counts();
  return fmt::format("# hits:{} misses:{} claims:{} moves:{} expired:{} evicted:{}\n", counts.hits,
                     counts.misses, counts.claims, counts.moves, counts.expired, counts.evicted);
}

// Keys come from clients: what is no visible ASCII is written as %41.
std::string escaped(std::string_view key) {
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

// Until it is forgotten if nobody uses it; 0: never.
Duration left(const StickyTable::Entry& entry, const balance::StickyLimits& limits) {
  Duration left = limits.idle == kNoLimit ? kNoLimit : limits.idle - entry.unused;
  if (limits.max_age == kNoLimit) return left;
  const Duration life = limits.max_age - entry.age;
  return left == kNoLimit ? life : std::min(left, life);
}

std::string entry_line(const StickyTable::Entry& entry, const StickTables& tables,
                       const balance::StickyLimits& limits) {
  return fmt::format("key={} use=0 exp={} server_id={} server_key={} age={} idle={}\n",
                     escaped(entry.key), milliseconds(left(entry, limits)), entry.server,
                     tables.server_name(entry.server), milliseconds(entry.age),
                     milliseconds(entry.unused));
}

std::string all_tables(const StickTables& tables) {
  std::string text;
  for (const std::string& name : tables.names()) {
    text += headline(name, *tables.find(name)) + counts_line(*tables.find(name));
  }
  return text;
}

// A key may be given as it came, also where only its hash is kept.
std::string show_table(Administration& administration, const Words& words) {
  const StickTables& tables = *administration.snapshot().tables;
  if (words.empty()) return all_tables(tables);
  const std::shared_ptr<StickyTable> table = tables.find(words[0]);
  if (table == nullptr) return "No such table";
  std::string text = headline(words[0], *table);
  if (words.size() == 3 && words[1] == "key") {
    auto entry = table->peek(words[2], now());
    if (!entry) entry = table->peek(tables.hash()(words[2]), now());
    if (entry) text += entry_line(*entry, tables, table->limits());
    return text;
  }
  if (words.size() != 1) return "usage: show table [<name> [key <key>]]";
  text += counts_line(*table);
  for (const StickyTable::Entry& entry : table->entries(kShown, now())) {
    text += entry_line(entry, tables, table->limits());
  }
  return text;
}

std::string clear_table(Administration& administration, const Words& words) {
  if (words.empty()) return "usage: clear table <name> [key <key> | server <name>]";
  StickTables& tables = *administration.snapshot().tables;
  const std::shared_ptr<StickyTable> table = tables.find(words[0]);
  if (table == nullptr) return "No such table";
  std::size_t forgotten = 0;
  if (words.size() == 1) {
    forgotten = table->forget_all();
  } else if (words.size() == 3 && words[1] == "key") {
    forgotten = table->forget(words[2]) + table->forget(tables.hash()(words[2]));
  } else if (words.size() == 3 && words[1] == "server") {
    forgotten = table->forget_server(tables.number_of(words[2]));
  } else {
    return "usage: clear table <name> [key <key> | server <name>]";
  }
  log_info("table {}: {} keys are cleared, by an administrator", words[0], forgotten);
  return "";
}

}  // namespace

void add_table_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add("show table", "[<table> [key <key>]]",
               "Stick tables: how full they are, whose each key is.",
               [&](const Words& words) { return show_table(administration, words); });
  commands.add("clear table", "<table> [key <key>|server <name>]",
               "Forgets keys: one, a server's, or all.",
               [&](const Words& words) { return clear_table(administration, words); });
}

}  // namespace stickler::observe
