// SPDX-License-Identifier: MIT
#include "balance/moved_keys.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "balance/key_map.h"
#include "balance/map_key.h"
#include "config/hex_range.h"

namespace stickler::balance {
namespace {

constexpr std::size_t kLeastDigits = 1;
constexpr std::size_t kMostDigits = 4;

std::string beginning(std::size_t number, std::size_t digits) {
  std::array<char, 2 * kMostDigits> text{};
  std::snprintf(text.data(), text.size(), "%0*zx", static_cast<int>(digits), number);
  return text.data();
}

// A key that begins so and is in no exception that is longer.
std::string example(std::string begin) {
  begin.resize(kUuidDigits, '0');
  return begin;
}

bool same_places(const config::MapKey& one, const config::MapKey& other) {
  return one.paths == other.paths && one.parameters == other.parameters && one.form == other.form;
}

std::vector<std::pair<std::string, std::string>> expressions(const config::KeyMap& map) {
  std::vector<std::pair<std::string, std::string>> all;
  for (const config::MapRule& rule : map.rules) {
    if (!rule.regex.empty()) all.emplace_back(rule.regex, rule.owner());
  }
  return all;
}

void remember(const std::string& server, std::vector<std::string>& servers) {
  if (server.empty() || std::ranges::find(servers, server) != servers.end()) return;
  servers.push_back(server);
}

class Comparison {
 public:
  Comparison(const config::Backend& before, const config::Backend& after)
      : before_(before), after_(after) {}

  MovedKeys run();

 private:
  void everything(std::string sentence);
  void compare_ranges();
  void compare_exceptions(const config::KeyMap& map);
  void compare_one(const std::string& begin);
  void add(const std::string& keys, const std::string& from, const std::string& to);
  static std::string owner(const KeyMap& map, const std::string& begin);

  const config::Backend& before_;
  const config::Backend& after_;
  std::unique_ptr<KeyMap> old_;
  std::unique_ptr<KeyMap> new_;
  MovedKeys moved_;
};

MovedKeys Comparison::run() {
  if (!after_.map) {
    everything("the map is gone: keys go to any server");
    return std::move(moved_);
  }
  auto old_map = KeyMap::make(before_);
  auto new_map = KeyMap::make(after_);
  if (!old_map || !new_map) return std::move(moved_);
  old_ = std::move(*old_map);
  new_ = std::move(*new_map);
  const bool uuids = before_.map->key.form == config::MapKey::Form::uuid;
  if (!same_places(before_.map->key, after_.map->key)) {
    everything("where a request's key is has changed");
  } else if (!uuids || expressions(*before_.map) != expressions(*after_.map)) {
    const auto texts = [](const config::KeyMap& map) {
      std::vector<std::string> all;
      for (const config::MapRule& rule : map.rules) {
        for (const auto* list : {&rule.exact, &rule.prefixes, &rule.hex}) {
          all.insert(all.end(), list->begin(), list->end());
        }
        all.insert(all.end(), {rule.regex, rule.owner()});
      }
      return all;
    };
    if (texts(*before_.map) != texts(*after_.map)) {
      everything("rules have changed of which nobody can tell what keys they have");
    }
  } else {
    compare_ranges();
    compare_exceptions(*before_.map);
    compare_exceptions(*after_.map);
  }
  return std::move(moved_);
}

void Comparison::everything(std::string sentence) {
  moved_.sentences.push_back(std::move(sentence));
  moved_.beginnings.emplace_back();
  for (const config::Backend* backend : {&before_, &after_}) {
    for (const config::Server& server : backend->servers) remember(server.name, moved_.servers);
  }
}

std::string Comparison::owner(const KeyMap& map, const std::string& begin) {
  const config::MapRule* rule = map.rule_of(example(begin));
  return rule == nullptr ? "" : rule->owner();
}

void Comparison::add(const std::string& keys, const std::string& from, const std::string& to) {
  const auto name = [](const std::string& server) { return server.empty() ? "nobody" : server; };
  moved_.sentences.push_back("keys that begin with " + keys + ": from " + name(from) + " to " +
                             name(to));
  remember(from, moved_.servers);
  remember(to, moved_.servers);
}

// As many digits as the finest range has; runs of neighbours are told together.
void Comparison::compare_ranges() {
  std::size_t digits = kLeastDigits;
  for (const config::Backend* backend : {&before_, &after_}) {
    for (const config::MapRule& rule : backend->map->rules) {
      for (const std::string& text : rule.hex) {
        const auto range = config::HexRange::parse(text);
        if (range) digits = std::clamp(range->first.size(), digits, kMostDigits);
      }
    }
  }
  const std::size_t cells = std::size_t{1} << (4 * digits);
  for (std::size_t cell = 0; cell < cells;) {
    const std::string from = owner(*old_, beginning(cell, digits));
    const std::string to = owner(*new_, beginning(cell, digits));
    std::size_t next = cell + 1;
    if (from != to) {
      moved_.beginnings.push_back(beginning(cell, digits));
      while (next < cells && owner(*old_, beginning(next, digits)) == from &&
             owner(*new_, beginning(next, digits)) == to) {
        moved_.beginnings.push_back(beginning(next++, digits));
      }
      std::string keys = beginning(cell, digits);
      if (next > cell + 1) keys += " to " + beginning(next - 1, digits);
      add(keys, from, to);
    }
    cell = next;
  }
}

void Comparison::compare_exceptions(const config::KeyMap& map) {
  for (const config::MapRule& rule : map.rules) {
    for (const auto* texts : {&rule.exact, &rule.prefixes}) {
      for (const std::string& text : *texts) compare_one(config::plain_digits(text));
    }
  }
}

void Comparison::compare_one(const std::string& begin) {
  const bool known = std::ranges::any_of(
      moved_.beginnings, [&](const auto& other) { return begin.starts_with(other); });
  const std::string from = owner(*old_, begin);
  const std::string to = owner(*new_, begin);
  if (known || from == to) return;
  moved_.beginnings.push_back(begin);
  add(begin, from, to);
}

}  // namespace

MovedKeys moved_keys(const config::Backend& before, const config::Backend& after) {
  return Comparison(before, after).run();
}

}  // namespace stickler::balance
