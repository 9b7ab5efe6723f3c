// SPDX-License-Identifier: MIT
// Ranges of keys by their first hexadecimal digits: "a-f", "00-7f", "7". Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stickler::config {

// In lower case and without dashes, as rules compare UUIDs.
std::string plain_digits(std::string_view text);

struct HexRange {
  std::string first;  // as many digits as `last`
  std::string last;

  // Nothing for what is none: other characters, two lengths, or the wrong order.
  static std::optional<HexRange> parse(std::string_view text);
  bool holds(std::string_view digits) const {
    const std::string_view begin = digits.substr(0, first.size());
    return begin.size() == first.size() && first <= begin && begin <= last;
  }
};

}  // namespace stickler::config
