// SPDX-License-Identifier: MIT
#include "balance/stick_tables.h"

namespace stickler::balance {
namespace {

StickyLimits limits_of(const config::Table& table) {
  return {table.entries, table.idle, table.max_age};
}

}  // namespace

void StickTables::prepare(const config::Config& config, TimePoint now) {
  for (const config::Table& table : config.tables) {
    std::shared_ptr<StickyTable>& known = tables_[table.name];
    if (known == nullptr) known = std::make_shared<StickyTable>(limits_of(table), now);
  }
}

void StickTables::follow(const config::Config& config) {
  std::erase_if(tables_, [&](const auto& known) {
    return config::find_table(config, known.first) == nullptr;
  });
  for (const config::Table& table : config.tables) {
    tables_.at(table.name)->set_limits(limits_of(table));
  }
}

std::shared_ptr<StickyTable> StickTables::find(std::string_view name) const {
  auto found = tables_.find(name);
  return found == tables_.end() ? nullptr : found->second;
}

std::vector<std::string> StickTables::names() const {
  std::vector<std::string> names;
  for (const auto& [name, table] : tables_) names.push_back(name);
  return names;
}

ServerNumber StickTables::number_of(std::string_view server_name) {
  std::lock_guard lock(mutex_);
  auto known = numbers_.find(server_name);
  if (known != numbers_.end()) return known->second;
  const auto number = static_cast<ServerNumber>(server_names_.size());
  server_names_.emplace_back(server_name);
  numbers_.emplace(server_name, number);
  return number;
}

ServerNumber StickTables::number_of_configured(std::string_view server_name) {
  const ServerNumber number = number_of(server_name);
  std::lock_guard lock(mutex_);
  configured_.insert(number);
  return number;
}

bool StickTables::was_configured(ServerNumber number) const {
  std::lock_guard lock(mutex_);
  return configured_.contains(number);
}

bool StickTables::is_first_of(ServerNumber number) {
  std::lock_guard lock(mutex_);
  return met_.insert(number).second;
}

std::string_view StickTables::server_name(ServerNumber number) const {
  std::lock_guard lock(mutex_);
  return number < server_names_.size() ? std::string_view(server_names_[number]) : "";
}

}  // namespace stickler::balance
