// SPDX-License-Identifier: MIT
// Which bytes may stand where in a message: one table for all readers of this room, so that the
// head, the trailers and the chunk extensions cannot disagree (RFC 9110 §5.5, §5.6; RFC 3986 §3).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace stickler::http {

// Sets of bytes, as bits to combine.
using CharClass = std::uint8_t;
inline constexpr CharClass kToken = 1;    // methods, field names, chunk extension names
inline constexpr CharClass kTarget = 2;   // request targets: any visible ASCII byte but '#'
inline constexpr CharClass kRegName = 4;  // host names: unreserved and sub-delims, without ','
inline constexpr CharClass kText = 8;     // field values and reason phrases
inline constexpr CharClass kHexDigit = 16;

constexpr bool contains(std::string_view set, char c) { return set.find(c) != set.npos; }

constexpr CharClass classes_of(unsigned char byte) {
  const char c = static_cast<char>(byte);
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  const bool visible = byte > 0x20 && byte < 0x7f;
  CharClass classes = 0;
  if (alphanumeric || contains("!#$%&'*+-.^_`|~", c)) classes |= kToken;
  // Beyond RFC 3986: browsers send " < > [ \ ] ^ ` { | } as typed, and servers know them.
  if (visible && c != '#') classes |= kTarget;
  // Neither '%' nor ',': nobody's host has them, and readers differ on what they would mean.
  if (alphanumeric || contains("-._~!$&'()*+;=", c)) classes |= kRegName;
  if (visible || c == ' ' || c == '\t' || byte >= 0x80) classes |= kText;
  if (contains("0123456789abcdefABCDEF", c)) classes |= kHexDigit;
  return classes;
}

inline constexpr auto kClassesOf = [] {
  std::array<CharClass, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = classes_of(static_cast<unsigned char>(i));
  }
  return table;
}();

constexpr bool is_in(CharClass classes, char c) {
  return (kClassesOf[static_cast<unsigned char>(c)] & classes) != 0;
}

constexpr bool all_in(CharClass classes, std::string_view text) {
  for (char c : text) {
    if (!is_in(classes, c)) return false;
  }
  return true;
}

}  // namespace stickler::http
