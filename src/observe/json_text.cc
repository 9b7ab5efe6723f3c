// SPDX-License-Identifier: MIT
#include "observe/json_text.h"

#include <charconv>

#include "observe/hex_digits.h"
#include "observe/utf8_text.h"

namespace stickler::observe {
namespace {

void append_escape(unsigned char byte, std::string& out) {
  switch (byte) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHexDigits[byte >> 4]);
      out.push_back(kHexDigits[byte & 15]);
  }
}

bool is_plain(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  while (!text.empty()) {
    std::size_t kept = 0;
    while (kept < text.size() && is_plain(text[kept])) ++kept;
    if (kept == 0) kept = utf8_sequence(text);
    if (kept == 0) {
      append_escape(static_cast<unsigned char>(text.front()), out);
      text.remove_prefix(1);
      continue;
    }
    out.append(text.substr(0, kept));
    text.remove_prefix(kept);
  }
  out.push_back('"');
}

void JsonObject::number(std::string_view name, std::int64_t value) {
  char digits[20];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  begin(name);
  out_.append(digits, end);
}

void JsonObject::seconds(std::string_view name, Duration value) {
  char digits[32];
  const double seconds = std::chrono::duration<double>(value).count();
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, seconds);
  begin(name);
  out_.append(digits, end);
}

void JsonObject::begin(std::string_view name) {
  if (!first_) out_.push_back(',');
  first_ = false;
  out_.push_back('"');
  out_.append(name).append("\":");
}

}  // namespace stickler::observe
