// SPDX-License-Identifier: MIT
// Where a reader stands in bytes that arrive piece by piece, and why it stopped there. Steps return
// false when they cannot go on: either the bytes ran out, exhausted(), or the reader calls fail().
#pragma once

#include <cstddef>
#include <string_view>

#include "http/char_class.h"

namespace stickler::http {

// What is wrong with a head. `status` is the answer to a client (400, 414, 417, 431, 501, 505);
// towards a server any error is a 502. `what` is a static sentence for the log.
struct ParseError {
  unsigned status = 400;
  const char* what = "";
  std::size_t position = 0;  // bytes from the start of the head
};

class Scanner {
 public:
  // All bytes since the message began; from call to call they only grow.
  void feed(std::string_view bytes) { bytes_ = bytes; }
  const char* data() const { return bytes_.data(); }

  std::size_t position() const { return position_; }
  bool exhausted() const { return position_ == bytes_.size(); }
  char peek() const { return bytes_[position_]; }
  void advance() { ++position_; }
  std::string_view between(std::size_t begin, std::size_t end) const {
    return {bytes_.data() + begin, end - begin};
  }
  std::string_view since(std::size_t begin) const { return between(begin, position_); }

  // Goes over bytes of these classes; true if a byte of another class follows.
  bool skip(CharClass classes) {
    std::size_t at = position_;  // in a register: a byte read might else be the member's own
    while (at < bytes_.size() && is_in(classes, bytes_[at])) ++at;
    position_ = at;
    return !exhausted();
  }
  // skip(kText), eight bytes at a time.
  bool skip_text();

  // Goes over the CRLF that begins at `begin`; as match().
  bool match_line_end(std::size_t begin) {
    if (position_ != begin || bytes_.size() - begin < 2 || bytes_[begin] != '\r' ||
        bytes_[begin + 1] != '\n') {
      return match(begin, "\r\n");
    }
    position_ += 2;
    return true;
  }
  // Goes over `text` if it begins at `begin`, which is here, and is there whole: what is usual need
  // not be looked at byte by byte.
  bool take(std::size_t begin, std::string_view text) {
    if (position_ != begin || !bytes_.substr(position_).starts_with(text)) return false;
    position_ += text.size();
    return true;
  }
  // Goes over `pattern`, which began at `begin`; '0' in it stands for any digit. True once all of
  // it is there; false before, and with !exhausted() on the first byte that differs.
  bool match(std::size_t begin, std::string_view pattern);

  bool failed() const { return failed_; }
  const ParseError& error() const { return error_; }
  // Records the error at the present position; returns false for the caller to return.
  bool fail(const char* what, unsigned status = 400) { return fail_at(position_, what, status); }
  bool fail_at(std::size_t position, const char* what, unsigned status = 400);

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
  ParseError error_;
  bool failed_ = false;
};

}  // namespace stickler::http
