// SPDX-License-Identifier: MIT
#include "http/scanner.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/strings.h"

namespace stickler::http {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) { return byte * 0x0101010101010101; }

// Whether one of eight bytes is a control character, HTAB and DEL included. The subtractions borrow
// only across bytes that are hits themselves, so there are no false alarms ("Bit Twiddling Hacks").
bool holds_control(const char* eight) {
  std::uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  const std::uint64_t below_space = (word - every_byte(0x20)) & ~word;
  const std::uint64_t delete_to_zero = word ^ every_byte(0x7f);
  const std::uint64_t is_delete = (delete_to_zero - every_byte(1)) & ~delete_to_zero;
  return ((below_space | is_delete) & every_byte(0x80)) != 0;
}

}  // namespace

bool Scanner::skip_text() {
  const char* at = bytes_.data() + position_;
  const char* const end = bytes_.data() + bytes_.size();
  for (;;) {
    while (end - at >= 8 && !holds_control(at)) at += 8;
    const char* const pause = at + std::min<std::ptrdiff_t>(8, end - at);
    while (at < pause && is_in(kText, *at)) ++at;
    if (at < pause || at == end) break;  // otherwise the control was a tab
  }
  position_ = static_cast<std::size_t>(at - bytes_.data());
  return !exhausted();
}

bool Scanner::match(std::size_t begin, std::string_view pattern) {
  while (position_ - begin < pattern.size()) {
    if (exhausted()) return false;
    const char expected = pattern[position_ - begin];
    if (expected == '0' ? !is_digit(peek()) : peek() != expected) return false;
    advance();
  }
  return true;
}

bool Scanner::fail_at(std::size_t position, const char* what, unsigned status) {
  error_ = {status, what, position};
  failed_ = true;
  return false;
}

}  // namespace stickler::http
