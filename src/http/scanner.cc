// SPDX-License-Identifier: MIT
#include "http/scanner.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/strings.h"

namespace stickler::http {
namespace {

constexpr std::uint64_t every_byte(std::uint64_t byte) { return byte * 0x0101010101010101; }

// Where among eight bytes are control characters, HTAB and DEL included: the highest bit of each is
// set. The subtractions borrow only across bytes that are hits themselves, so the first hit is no
// false alarm, and there is none without one ("Bit Twiddling Hacks").
std::uint64_t controls_among(const char* eight) {
  std::uint64_t word;
  std::memcpy(&word, eight, sizeof word);
  const std::uint64_t below_space = (word - every_byte(0x20)) & ~word;
  const std::uint64_t delete_to_zero = word ^ every_byte(0x7f);
  const std::uint64_t is_delete = (delete_to_zero - every_byte(1)) & ~delete_to_zero;
  return (below_space | is_delete) & every_byte(0x80);
}

// Bytes before the first hit, as far as is known: where the first byte is the highest, that is for
// the caller to find.
std::ptrdiff_t bytes_before(std::uint64_t hits) {
  return std::endian::native == std::endian::little ? std::countr_zero(hits) / 8 : 0;
}

}  // namespace

bool Scanner::skip_text() {
  const char* at = bytes_.data() + position_;
  const char* const end = bytes_.data() + bytes_.size();
  for (;;) {
    std::uint64_t hits = 0;
    while (end - at >= 8 && (hits = controls_among(at)) == 0) at += 8;
    if (hits != 0) at += bytes_before(hits);
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
