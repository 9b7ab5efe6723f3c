// SPDX-License-Identifier: MIT
#include "balance/key_map.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "balance/bucket_table.h"
#include "config/hex_range.h"

namespace stickler::balance {
namespace {}  // namespace

struct KeyMap::Rule {
  const config::MapRule* settings;
  std::optional<std::size_t> server;
  std::vector<std::string> exact;
  std::vector<std::string> prefixes;
  std::vector<config::HexRange> ranges;
  std::unique_ptr<re2::RE2> regex;

  bool fits(std::string_view key, std::string_view text) const {
    return std::ranges::find(exact, key) != exact.end() ||
           std::ranges::any_of(prefixes, [&](const auto& each) { return key.starts_with(each); }) ||
           std::ranges::any_of(ranges, [&](const auto& each) { return each.holds(key); }) ||
           (regex != nullptr && regex->Match({text.data(), text.size()}, 0, text.size(),
                                             re2::RE2::ANCHOR_START, nullptr, 0));
  }
};

KeyMap::KeyMap(Private, const config::Backend& backend, MapKeyReader reader)
    : backend_(backend), reader_(std::move(reader)) {}
KeyMap::~KeyMap() = default;

Result<std::unique_ptr<KeyMap>, std::string> KeyMap::make(const config::Backend& backend) {
  const std::string path = "backends." + backend.name + ".map";
  auto reader = MapKeyReader::compile(backend.map->key);
  if (!reader) return Failed{path + ".key.path: " + reader.error()};
  auto map = std::make_unique<KeyMap>(Private{}, backend, std::move(*reader));
  const bool uuid = backend.map->key.form == config::MapKey::Form::uuid;
  for (const config::MapRule& settings : backend.map->rules) {
    Rule rule{&settings, map->position_of(settings.server), {}, {}, {}, nullptr};
    for (const std::string& text : settings.exact) {
      rule.exact.push_back(uuid ? config::plain_digits(text) : text);
    }
    for (const std::string& text : settings.prefixes) {
      rule.prefixes.push_back(uuid ? config::plain_digits(text) : text);
    }
    for (const std::string& text : settings.hex) {
      if (auto range = config::HexRange::parse(text)) rule.ranges.push_back(std::move(*range));
    }
    if (!settings.regex.empty()) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_case_sensitive(!uuid);
      rule.regex = std::make_unique<re2::RE2>(settings.regex, options);
      if (!rule.regex->ok()) {
        return Failed{path + ".rules." + settings.name + ".regex: " + rule.regex->error()};
      }
    }
    map->rules_.push_back(std::move(rule));
  }
  return map;
}

std::optional<std::size_t> KeyMap::position_of(std::string_view server) const {
  const auto found = std::ranges::find(backend_.servers, server, &config::Server::name);
  if (found == backend_.servers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - backend_.servers.begin());
}

const config::MapRule* KeyMap::rule_of(std::string_view key) const {
  const Rule* rule = find_rule(key);
  return rule == nullptr ? nullptr : rule->settings;
}

const KeyMap::Rule* KeyMap::find_rule(std::string_view key) const {
  const bool uuid = backend_.map->key.form == config::MapKey::Form::uuid;
  const bool dashes =
      uuid && std::ranges::any_of(rules_, [](const Rule& rule) { return rule.regex != nullptr; });
  const std::string dashed = dashes ? uuid_text(key) : std::string();
  const std::string_view text = dashes ? std::string_view(dashed) : key;
  const auto rule =
      std::ranges::find_if(rules_, [&](const Rule& each) { return each.fits(key, text); });
  return rule == rules_.end() ? nullptr : &*rule;
}

bool KeyMap::is_held(std::string_view key) const {
  return std::ranges::any_of(held_, [&](const auto& begin) { return key.starts_with(begin); });
}

MapVerdict KeyMap::find(std::string_view path, std::string_view query) const {
  const FoundKey found = reader_.read(path, query);
  const config::KeyMap& settings = *backend_.map;
  switch (found.kind) {
    case FoundKey::Kind::malformed:
      return {MapVerdict::Kind::malformed};
    case FoundKey::Kind::several:
      return {MapVerdict::Kind::several};
    case FoundKey::Kind::none:
      return without_key();
    case FoundKey::Kind::one:
      break;
  }
  if (settings.buckets > 0) {
    return {.kind = MapVerdict::Kind::owned, .bucket = bucket_of(found.text, settings.buckets)};
  }
  if (is_held(found.text)) return {MapVerdict::Kind::held};
  const Rule* rule = find_rule(found.text);
  if (rule == nullptr) return {MapVerdict::Kind::unowned};
  return {MapVerdict::Kind::owned, rule->server, rule->settings->name, rule->settings->backend};
}

MapVerdict KeyMap::without_key() const {
  const std::string& no_key = backend_.map->no_key;
  if (no_key == config::kMapFails) return {MapVerdict::Kind::refused};
  const auto position = position_of(no_key);
  if (!position && no_key != config::kMapAny) return {MapVerdict::Kind::absent};
  return {MapVerdict::Kind::no_key, position};
}

}  // namespace stickler::balance
