// SPDX-License-Identifier: MIT
#include "balance/map_key.h"

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "balance/path_match.h"
#include "balance/query_text.h"
#include "base/strings.h"

namespace stickler::balance {
namespace {

constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};

bool is_dash_place(std::size_t at) { return std::ranges::find(kDashes, at) != kDashes.end(); }

bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

bool is_plain(std::string_view expression) {
  return expression.find_first_of("\\^$.|?*+()[]{}") == expression.npos;
}

}  // namespace

std::string uuid_digits(std::string_view text) {
  const bool dashed = text.size() == kUuidDigits + kDashes.size();
  std::string digits;
  if (!dashed && text.size() != kUuidDigits) return digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (dashed && is_dash_place(i)) {
      if (text[i] != '-') return "";
      continue;
    }
    const char lower = to_lower(text[i]);
    if (!is_hex(lower)) return "";
    digits.push_back(lower);
  }
  return digits;
}

std::string uuid_text(std::string_view digits) {
  std::string text;
  for (char digit : digits) {
    if (is_dash_place(text.size())) text.push_back('-');
    text.push_back(digit);
  }
  return text;
}

// What stands before the group says where a key is. Of a UUID everything up to the next slash is
// taken, so that what is no UUID is seen to be none; of other texts what the group holds.
struct MapKeyReader::PathPlace {
  std::string before;               // if it is plain text
  std::unique_ptr<re2::RE2> regex;  // else
};

MapKeyReader::MapKeyReader(const config::MapKey& settings)
    : parameters_(settings.parameters), uuid_(settings.form == config::MapKey::Form::uuid) {}
MapKeyReader::MapKeyReader(MapKeyReader&&) noexcept = default;
MapKeyReader::~MapKeyReader() = default;

Result<MapKeyReader, std::string> MapKeyReader::compile(const config::MapKey& settings) {
  MapKeyReader reader(settings);
  for (const std::string& expression : settings.paths) {
    const std::string before = expression.substr(0, expression.find('('));
    PathPlace place;
    if (reader.uuid_ && is_plain(before)) {
      place.before = before;
    } else {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_encoding(re2::RE2::Options::EncodingLatin1);
      const std::string pattern = reader.uuid_ ? before + "([^/]*)" : expression;
      place.regex = std::make_unique<re2::RE2>(pattern, options);
      if (!place.regex->ok()) return Failed{place.regex->error()};
    }
    reader.paths_.push_back(std::move(place));
  }
  return reader;
}

FoundKey MapKeyReader::read(std::string_view path, std::string_view query) const {
  FoundKey found;
  read_path(path, found);
  if (found.kind == FoundKey::Kind::none) read_query(query, found);
  return found;
}

void MapKeyReader::read_path(std::string_view path, FoundKey& found) const {
  std::string scratch;
  const std::string_view normal = normalize_path(path, scratch);
  for (const PathPlace& place : paths_) {
    if (place.regex != nullptr) {
      re2::StringPiece rest(normal.data(), normal.size());
      re2::StringPiece key;
      while (re2::RE2::FindAndConsume(&rest, *place.regex, &key)) {
        add({key.data(), key.size()}, found);
        if (rest.empty()) break;
      }
      continue;
    }
    for (std::size_t at = normal.find(place.before); at != normal.npos;
         at = normal.find(place.before, at + 1)) {
      const std::string_view rest = normal.substr(at + place.before.size());
      add(rest.substr(0, rest.find('/')), found);
    }
  }
}

void MapKeyReader::read_query(std::string_view query, FoundKey& found) const {
  std::string scratch;
  for (const std::string& parameter : parameters_) {
    std::string_view rest = query;
    while (auto value = take_parameter(rest, parameter, scratch)) add(*value, found);
  }
}

// An empty place has no key: the list of all bases is no base.
void MapKeyReader::add(std::string_view text, FoundKey& found) const {
  if (text.empty()) return;
  std::string key = uuid_ ? uuid_digits(text) : std::string(text);
  if (key.empty()) {
    found.kind = FoundKey::Kind::malformed;
  } else if (found.kind == FoundKey::Kind::none) {
    found.kind = FoundKey::Kind::one;
    found.text = std::move(key);
  } else if (found.kind == FoundKey::Kind::one && found.text != key) {
    found.kind = FoundKey::Kind::several;
  }
}

}  // namespace stickler::balance
