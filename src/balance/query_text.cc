// SPDX-License-Identifier: MIT
#include "balance/query_text.h"

#include "base/strings.h"

namespace stickler::balance {
namespace {

std::optional<unsigned char> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned char>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned char>(lower - 'a' + 10);
  return std::nullopt;
}

}  // namespace

std::string_view decode_escapes(std::string_view text, std::string& scratch) {
  if (text.find('%') == text.npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size();
    const auto high = escape ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = escape ? hex_digit(text[i + 2]) : std::nullopt;
    if (high && low) {
      scratch.push_back(static_cast<char>(*high << 4 | *low));
      i += 2;
    } else {
      scratch.push_back(text[i]);
    }
  }
  return scratch;
}

std::optional<std::string_view> take_parameter(std::string_view& query, std::string_view name,
                                               std::string& scratch) {
  while (!query.empty()) {
    std::string_view value = take_until(query, '&');
    const std::string_view key = take_until(value, '=');
    if (decode_escapes(key, scratch) == name) return decode_escapes(value, scratch);
  }
  return std::nullopt;
}

}  // namespace stickler::balance
