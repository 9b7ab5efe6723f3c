// SPDX-License-Identifier: MIT
#include "observe/html.h"

#include <array>
#include <cstdint>

#include "observe/hex_digits.h"
#include "observe/utf8_text.h"

namespace stickler::observe {
namespace {

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

bool is_visible(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte < 0x7f) || c == '\n';
}

// The controls of bidirectional writing (Unicode's Bidi_Control) and the two separators of lines.
struct Hidden {
  std::string_view sequence;
  std::string_view shown;
};
constexpr std::array<Hidden, 14> kHidden{{{"\xd8\x9c", "\\u061c"},
                                          {"\xe2\x80\x8e", "\\u200e"},
                                          {"\xe2\x80\x8f", "\\u200f"},
                                          {"\xe2\x80\xa8", "\\u2028"},
                                          {"\xe2\x80\xa9", "\\u2029"},
                                          {"\xe2\x80\xaa", "\\u202a"},
                                          {"\xe2\x80\xab", "\\u202b"},
                                          {"\xe2\x80\xac", "\\u202c"},
                                          {"\xe2\x80\xad", "\\u202d"},
                                          {"\xe2\x80\xae", "\\u202e"},
                                          {"\xe2\x81\xa6", "\\u2066"},
                                          {"\xe2\x81\xa7", "\\u2067"},
                                          {"\xe2\x81\xa8", "\\u2068"},
                                          {"\xe2\x81\xa9", "\\u2069"}}};

std::string_view shown(std::string_view sequence) {
  for (const Hidden& hidden : kHidden) {
    if (hidden.sequence == sequence) return hidden.shown;
  }
  return sequence;
}

void put_byte(char c, std::string& out) {
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x");
  out.push_back(kHexDigits[byte >> 4]);
  out.push_back(kHexDigits[byte & 15]);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t taken = 1;
    const char c = text.front();
    if (const std::string_view named = entity(c); !named.empty()) {
      out.append(named);
    } else if (is_visible(c)) {
      out.push_back(c);
    } else if (const std::size_t size = utf8_sequence(text); size > 0) {
      out.append(shown(text.substr(0, size)));
      taken = size;
    } else {
      put_byte(c, out);
    }
    text.remove_prefix(taken);
  }
  return out;
}

}  // namespace stickler::observe
