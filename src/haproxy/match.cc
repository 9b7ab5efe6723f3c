// SPDX-License-Identifier: MIT
#include "haproxy/match.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

using Texts = Match::Texts;
// What of two texts fits both; nothing if no request does.
using Common = std::optional<std::string> (*)(const std::string& one, const std::string& other);

std::optional<std::string> same(const std::string& one, const std::string& other) {
  return one == other ? std::optional(one) : std::nullopt;
}

std::optional<std::string> longer(const std::string& one, const std::string& other) {
  if (one.starts_with(other)) return one;
  if (other.starts_with(one)) return other;
  return std::nullopt;
}

bool is_below(const std::string& host, const std::string& pattern) {
  return pattern.starts_with("*.") && lower_case(host).ends_with(lower_case(pattern.substr(1)));
}

std::optional<std::string> narrower(const std::string& one, const std::string& other) {
  if (equals_ignoring_case(one, other) || is_below(one, other)) return one;
  if (is_below(other, one)) return other;
  return std::nullopt;
}

Texts common(const Texts& one, const Texts& other, Common common_of) {
  if (!one) return other;
  if (!other) return one;
  std::vector<std::string> both;
  for (const std::string& a : *one) {
    for (const std::string& b : *other) {
      auto text = common_of(a, b);
      if (text && std::ranges::find(both, *text) == both.end()) both.push_back(*text);
    }
  }
  return both;
}

bool matches(const std::string& path, const std::string& regex) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  return re2::RE2::FullMatch(path, re2::RE2(regex, options));
}

// Whole paths leave nothing to ask for prefixes and patterns.
void settle_paths(Match& match) {
  if (!match.paths) return;
  std::erase_if(*match.paths, [&](const std::string& path) {
    auto begins = [&](const std::string& prefix) { return path.starts_with(prefix); };
    if (match.prefixes && std::ranges::none_of(*match.prefixes, begins)) return true;
    return !match.regex.empty() && !matches(path, match.regex);
  });
  match.prefixes.reset();
  match.regex.clear();
}

Joint join_fields(Match& both, const Match& other) {
  for (const auto& [name, value] : other.fields) {
    auto known = std::ranges::find_if(
        both.fields, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
    if (known == both.fields.end()) {
      both.fields.emplace_back(name, value);
    } else if (known->second.empty()) {
      known->second = value;
    } else if (!value.empty() && value != known->second) {
      return Joint::never;
    }
  }
  return Joint::fits;
}

bool is_empty(const Texts& texts) { return texts && texts->empty(); }

}  // namespace

bool fits_all(const AnyOf& any) { return std::ranges::any_of(any, &Match::asks_nothing); }

Joint join(const Match& one, const Match& other, Match& both) {
  Match joined = one;
  joined.hosts = common(one.hosts, other.hosts, narrower);
  joined.methods = common(one.methods, other.methods, same);
  joined.paths = common(one.paths, other.paths, same);
  joined.prefixes = common(one.prefixes, other.prefixes, longer);
  if (!one.regex.empty() && !other.regex.empty() && one.regex != other.regex) {
    if (!joined.paths) return Joint::cannot;
    std::erase_if(*joined.paths,
                  [&](const std::string& path) { return !matches(path, one.regex); });
  }
  if (!other.regex.empty()) joined.regex = other.regex;
  settle_paths(joined);
  if (join_fields(joined, other) == Joint::never) return Joint::never;
  for (const Texts* texts : {&joined.hosts, &joined.methods, &joined.paths, &joined.prefixes}) {
    if (is_empty(*texts)) return Joint::never;
  }
  both = std::move(joined);
  return Joint::fits;
}

}  // namespace stickler::haproxy
