// SPDX-License-Identifier: MIT
#include "config/string_literal.h"

namespace stickler::config {
namespace {

// Of a control character that has none by name.
std::string hex_escape(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
}

std::string escaped(char c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\f':
      return "\\f";
    default:
      return hex_escape(c);
  }
}

// UTF-8 stays as it is.
bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\';
}

}  // namespace

std::string string_literal(std::string_view text) {
  std::string literal = "\"";
  for (char c : text) {
    if (is_plain(c)) {
      literal += c;
    } else {
      literal += escaped(c);
    }
  }
  return literal + '"';
}

}  // namespace stickler::config
