// SPDX-License-Identifier: MIT
// The process's stick tables by name, and the numbers that they know servers by. Goes on over
// reloads: a table of the same name keeps its keys, a server of the same name its number.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "balance/sticky_key.h"
#include "balance/sticky_table.h"
#include "config/config.h"

namespace stickler::balance {

class StickTables {
 public:
  // `hash`: for keys that must not be kept as they are. The same as long as this object lives.
  explicit StickTables(KeyHash hash) : hash_(std::move(hash)) {}

  // Makes those that are not there yet; the others stay as they are until follow(). Control thread.
  void prepare(const config::Config& config, TimePoint now);
  // This configuration is in force: limits change, tables that it does not have are dropped.
  // Control thread.
  void follow(const config::Config& config);

  // Null if there is none of that name. Control thread; the table itself is for any.
  std::shared_ptr<StickyTable> find(std::string_view name) const;
  std::vector<std::string> names() const;

  // The number that servers of this name have, whatever their backend. Never forgotten.
  ServerNumber number_of(std::string_view server_name);
  // The same of a server that a configuration has or is going to have.
  ServerNumber number_of_configured(std::string_view server_name);
  // Whether any configuration of this process has had it. Any thread.
  bool was_configured(ServerNumber number) const;
  // True once for each. Any thread.
  bool is_first_of(ServerNumber number);
  // Lives as long as this object. Any thread.
  std::string_view server_name(ServerNumber number) const;

  const KeyHash& hash() const { return hash_; }

 private:
  std::map<std::string, std::shared_ptr<StickyTable>, std::less<>> tables_;
  const KeyHash hash_;

  mutable std::mutex mutex_;
  std::deque<std::string> server_names_;  // by number; guarded by mutex_, elements never change
  std::map<std::string, ServerNumber, std::less<>> numbers_;  // ditto
  std::set<ServerNumber> configured_;                         // ditto
  std::set<ServerNumber> met_;                                // ditto: is_first_of() has been asked
};

}  // namespace stickler::balance
