// SPDX-License-Identifier: MIT
// The one key of a request that a map decides by (SeaTable: a base's UUID), found in its place and
// nowhere else. A key that is not quite one is told apart from none: guessing would lead to a
// server that does not have what is asked for. Compiled once per configuration; pure and
// thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace re2 {
class RE2;
}

namespace stickler::balance {

inline constexpr std::size_t kUuidDigits = 32;

// 32 hexadecimal digits in lower case; "" if `text` is no UUID, with its four dashes or without
// any.
std::string uuid_digits(std::string_view text);
// The digits with dashes: 8-4-4-4-12.
std::string uuid_text(std::string_view digits);

struct FoundKey {
  enum class Kind : std::uint8_t {
    none,       // no place has one
    one,        // `text`
    malformed,  // a place has something that is no key
    several,    // one place has different ones
  };
  Kind kind = Kind::none;
  std::string text;  // of a UUID its digits
};

class MapKeyReader {
 public:
  // Fails with a sentence: an expression that does not compile.
  static Result<MapKeyReader, std::string> compile(const config::MapKey& settings);
  MapKeyReader(MapKeyReader&&) noexcept;
  ~MapKeyReader();

  // What is in the path beats what is in the query.
  FoundKey read(std::string_view path, std::string_view query) const;

 private:
  struct PathPlace;
  explicit MapKeyReader(const config::MapKey& settings);
  void read_path(std::string_view path, FoundKey& found) const;
  void read_query(std::string_view query, FoundKey& found) const;
  void add(std::string_view text, FoundKey& found) const;

  std::vector<PathPlace> paths_;
  std::vector<std::string> parameters_;
  bool uuid_ = true;
};

}  // namespace stickler::balance
