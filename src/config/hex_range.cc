// SPDX-License-Identifier: MIT
#include "config/hex_range.h"

#include <algorithm>

#include "base/strings.h"

namespace stickler::config {
namespace {

bool all_hex(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

std::string plain_digits(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c != '-') digits.push_back(to_lower(c));
  }
  return digits;
}

std::optional<HexRange> HexRange::parse(std::string_view text) {
  std::string lower;
  for (char c : text) lower.push_back(to_lower(c));
  const std::size_t dash = lower.find('-');
  HexRange range{lower.substr(0, dash), dash == lower.npos ? lower : lower.substr(dash + 1)};
  const bool good = all_hex(range.first) && all_hex(range.last) &&
                    range.first.size() == range.last.size() && range.first <= range.last;
  return good ? std::optional(range) : std::nullopt;
}

}  // namespace stickler::config
