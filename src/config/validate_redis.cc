// SPDX-License-Identifier: MIT
#include <algorithm>

#include "config/validate_parts.h"

namespace stickler::config {
namespace {

void validate_table(const Validation& all, const Table& table) {
  if (!table.shared()) return;
  const std::string setting = "tables." + table.name + ".shared";
  if (!all.config.redis) {
    return all.report.error(all.places.value(setting), setting + ": nothing says through what",
                            "write redis = { address = \"127.0.0.1:6379\"; }; beside tables");
  }
  if (table.hashed && all.config.redis->hash_key_file.empty()) {
    all.report.error(all.places.value("tables." + table.name + ".hashed"),
                     "tables." + table.name +
                         ".hashed: balancers that share the table must hash with the same secret",
                     "write redis.hash_key_file = \"/etc/stickler/hash.key\";");
  }
}

void validate_where(const Validation& all, const Redis& redis) {
  if (redis.sentinels.empty()) {
    if (redis.addresses.empty()) {
      all.report.error(all.places.value("redis.address"), "redis.address: there is none",
                       "write \"127.0.0.1:6379\"");
    }
    if (redis.master.empty()) return;
    return all.report.warning(all.places.value("redis.master"),
                              "redis.master has no effect without sentinels");
  }
  if (all.places.written("redis.address")) {
    all.report.error(all.places.value("redis.address"), "redis.address excludes sentinels",
                     "keep one of them");
  }
  if (redis.master.empty()) {
    all.report.error(all.places.value("redis.sentinels"),
                     "redis.sentinels: which master they are to be asked for is not said",
                     "write master = \"mymaster\";");
  }
}

}  // namespace

void validate_sharing(const Validation& all) {
  for (const Table& table : all.config.tables) validate_table(all, table);
  if (!all.config.redis) return;
  const Redis& redis = *all.config.redis;
  validate_where(all, redis);
  if (redis.wait > redis.timeout) {
    all.report.error(all.places.value("redis.wait"), "redis.wait is above redis.timeout",
                     "\"20ms\" is the default");
  }
  if (std::ranges::none_of(all.config.tables, &Table::shared)) {
    all.report.warning(all.places.name("redis"), "redis is never used: no table is shared",
                       "write shared = true; in a table");
  }
}

}  // namespace stickler::config
