// SPDX-License-Identifier: MIT
// What is wrong with a map: keys that belong to nobody, or to two servers.
#include <algorithm>
#include <array>
#include <cstdio>

#include "config/hex_range.h"
#include "config/suggest.h"
#include "config/validate_parts.h"

namespace stickler::config {
namespace {

// Ranges are compared digit by digit up to so many; longer ones are taken as exceptions.
constexpr std::size_t kMostDigits = 4;
constexpr std::size_t kUuidDigits = 32;
constexpr std::size_t kMostNamed = 4;

struct MapView {
  const Validation& all;
  const Backend& backend;
  const KeyMap& map;
  std::string path;

  Span at(const std::string& setting) const { return all.places.value(path + setting); }
  void error(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.error(at(setting), path + setting + what, std::move(remedy));
  }
  void warning(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.warning(at(setting), path + setting + what, std::move(remedy));
  }
  bool is_uuid() const { return map.key.form == MapKey::Form::uuid; }
};

void validate_map_server(const MapView& view, const std::string& setting,
                         const std::string& server) {
  if (server.empty()) return;  // that has been said
  if (std::ranges::find(view.backend.servers, server, &Server::name) !=
      view.backend.servers.end()) {
    return;
  }
  std::vector<std::string_view> names;
  for (const Server& known : view.backend.servers) names.push_back(known.name);
  view.error(setting, ": there is no server '" + server + "'",
             choose_from(server, names, "server"));
}

bool is_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == text.npos;
}

void validate_texts(const MapView& view, const MapRule& rule) {
  const std::string setting = ".rules." + rule.name;
  for (const std::string& text : rule.exact) {
    const std::string digits = plain_digits(text);
    if (is_hex(digits) && digits.size() == kUuidDigits) continue;
    view.error(setting + ".exact", ": '" + text + "' is no UUID",
               "write prefix for the beginning of one");
  }
  for (const std::string& text : rule.prefixes) {
    const std::string digits = plain_digits(text);
    if (is_hex(digits) && digits.size() <= kUuidDigits) continue;
    view.error(setting + ".prefix", ": no UUID begins with '" + text + "'");
  }
}

void validate_owner(const MapView& view, const MapRule& rule) {
  const std::string setting = ".rules." + rule.name;
  if (rule.server.empty() == rule.backend.empty()) {
    return view.error(setting,
                      rule.server.empty() ? ": whose these keys are is not said"
                                          : ": both a server and a backend have these keys",
                      "write server = \"NAME\"; or backend = \"NAME\";");
  }
  validate_map_server(view, setting + ".server", rule.server);
  if (rule.backend.empty()) return;
  validate_reference(view.all, view.path + setting + ".backend", rule.backend);
  const Backend* backend = find_backend(view.all.config, rule.backend);
  if (backend == nullptr || !backend->map) return;
  view.error(setting + ".backend", ": backend '" + rule.backend + "' has a map itself",
             "let its servers be named here");
}

void validate_rule(const MapView& view, const MapRule& rule) {
  const std::string setting = ".rules." + rule.name;
  const int kinds = int{!rule.exact.empty()} + int{!rule.prefixes.empty()} +
                    int{!rule.hex.empty()} + int{!rule.regex.empty()};
  if (kinds != 1) {
    view.error(setting,
               kinds == 0 ? ": nothing says which keys these are"
                          : ": several things say which keys these are",
               "write one of exact, prefix, hex and regex");
  }
  validate_owner(view, rule);
  if (view.is_uuid()) validate_texts(view, rule);
}

// ---- who owns what ----

// Of each beginning of `digits` hexadecimal digits the first hex rule that has it, by index.
struct Cover {
  std::size_t digits = 1;
  std::vector<std::optional<std::size_t>> owners;
  std::vector<std::optional<std::size_t>> others;  // a later rule that has it, too
};

std::string beginning(std::size_t number, std::size_t digits) {
  std::array<char, 2 * kMostDigits> text{};
  std::snprintf(text.data(), text.size(), "%0*zx", static_cast<int>(digits), number);
  return text.data();
}

std::vector<HexRange> ranges_of(const MapRule& rule) {
  std::vector<HexRange> ranges;
  for (const std::string& text : rule.hex) {
    auto range = HexRange::parse(text);
    if (range && range->first.size() <= kMostDigits) ranges.push_back(std::move(*range));
  }
  return ranges;
}

Cover cover_of(const KeyMap& map) {
  Cover cover;
  for (const MapRule& rule : map.rules) {
    for (const HexRange& range : ranges_of(rule)) {
      cover.digits = std::max(cover.digits, range.first.size());
    }
  }
  const std::size_t cells = std::size_t{1} << (4 * cover.digits);
  cover.owners.resize(cells);
  cover.others.resize(cells);
  for (std::size_t i = 0; i < map.rules.size(); ++i) {
    const std::vector<HexRange> ranges = ranges_of(map.rules[i]);
    for (std::size_t cell = 0; cell < cells && !ranges.empty(); ++cell) {
      const std::string begins = beginning(cell, cover.digits);
      const bool holds =
          std::ranges::any_of(ranges, [&](const auto& range) { return range.holds(begins); });
      if (!holds) continue;
      auto& place = cover.owners[cell] ? cover.others[cell] : cover.owners[cell];
      if (!place) place = i;
    }
  }
  return cover;
}

// "7 to 9, c": runs of cells that fit.
template <typename Fits>
std::string runs_of(const Cover& cover, Fits fits) {
  std::string text;
  std::size_t named = 0;
  for (std::size_t cell = 0; cell < cover.owners.size(); ++cell) {
    if (!fits(cell)) continue;
    std::size_t last = cell;
    while (last + 1 < cover.owners.size() && fits(last + 1)) ++last;
    if (++named > kMostNamed) return text + ", …";
    text += (text.empty() ? "" : ", ") + beginning(cell, cover.digits);
    if (last > cell) text += " to " + beginning(last, cover.digits);
    cell = last;
  }
  return text;
}

void validate_cover(const MapView& view) {
  const std::vector<MapRule>& rules = view.map.rules;
  const Cover cover = cover_of(view.map);
  const std::string gaps = runs_of(cover, [&](std::size_t cell) { return !cover.owners[cell]; });
  const bool by_regex =
      std::ranges::any_of(rules, [](const auto& rule) { return !rule.regex.empty(); });
  if (!gaps.empty() && by_regex) {
    view.warning(".rules",
                 ": whether a regular expression has the keys that begin with " + gaps +
                     " cannot be proved: who falls through gets 404",
                 "hex = \"…\"; can be proved");
  } else if (!gaps.empty()) {
    view.error(".rules", ": nobody has the keys that begin with " + gaps,
               "add a rule with hex = \"…\";");
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string twice = runs_of(cover, [&](std::size_t cell) {
      return cover.others[cell] == i && rules[*cover.owners[cell]].owner() != rules[i].owner();
    });
    if (twice.empty()) continue;
    view.error(".rules." + rules[i].name + ".hex",
               ": keys that begin with " + twice + " belong to another server by a rule above",
               "let ranges not overlap");
  }
}

// An exception behind the rule that it is an exception from.
void validate_order(const MapView& view) {
  std::vector<HexRange> above;
  for (const MapRule& rule : view.map.rules) {
    for (const std::string& text : rule.prefixes.empty() ? rule.exact : rule.prefixes) {
      const std::string digits = plain_digits(text);
      const bool taken =
          std::ranges::any_of(above, [&](const auto& range) { return range.holds(digits); });
      if (!taken) continue;
      view.warning(".rules." + rule.name, ": '" + text + "' never comes here: a rule above has it",
                   "move the exception up");
    }
    for (HexRange& range : ranges_of(rule)) above.push_back(std::move(range));
  }
}

void validate_map(const MapView& view) {
  if (view.map.rules.empty()) return;  // that has been said
  const std::size_t errors = view.all.report.errors();
  for (const MapRule& rule : view.map.rules) validate_rule(view, rule);
  if (view.map.no_key != kMapFails && view.map.no_key != kMapAny) {
    validate_map_server(view, ".no_key", view.map.no_key);
  }
  for (const char* beside : {"cookie", "stick"}) {
    const std::string setting = "backends." + view.backend.name + "." + beside;
    if (!view.all.places.written(setting)) continue;
    view.all.report.warning(view.all.places.value(setting),
                            setting +
                                ": the map decides first; this is for requests without a "
                                "key only");
  }
  if (!view.is_uuid() || view.all.report.errors() != errors) return;
  validate_cover(view);
  validate_order(view);
}

}  // namespace

void validate_maps(const Validation& all) {
  for (const Backend& backend : all.config.backends) {
    if (!backend.map || !backend.cluster.empty()) continue;
    validate_map({all, backend, *backend.map, "backends." + backend.name + ".map"});
  }
}

}  // namespace stickler::config
