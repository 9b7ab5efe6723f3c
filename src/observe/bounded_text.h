// SPDX-License-Identifier: MIT
// Text in memory of a given size: what does not fit is cut off. Whoever writes need not look.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace stickler::observe {

class BoundedText {
 public:
  BoundedText(char* begin, std::size_t size) : begin_(begin), at_(begin), end_(begin + size) {}

  void put(char c) {
    if (at_ < end_) *at_++ = c;
  }
  void put(std::string_view text) {
    // Not memcpy(): an absent text is a null pointer, which that must not be given.
    at_ = std::copy_n(text.data(), std::min(text.size(), room()), at_);
  }
  // Most numbers of a line are small, and there is nearly always room.
  void put(std::int64_t number) {
    if (number >= 0 && number < 10) return put(static_cast<char>('0' + number));
    if (room() < kLongestNumber) return put_cut(number);
    at_ = std::to_chars(at_, end_, number).ptr;
  }

  std::size_t room() const { return static_cast<std::size_t>(end_ - at_); }
  std::string_view text() const { return {begin_, at_}; }

 private:
  static constexpr std::size_t kLongestNumber = 20;

  void put_cut(std::int64_t number);

  char* begin_;
  char* at_;
  char* end_;
};

}  // namespace stickler::observe
