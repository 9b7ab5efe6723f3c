// SPDX-License-Identifier: MIT
#include "http/chunk_line.h"

#include <limits>

#include "base/strings.h"
#include "http/char_class.h"

namespace stickler::http {
namespace {

constexpr unsigned kMostDigits = 16;
constexpr std::size_t kMostExtensionBytes = 8 * 1024;

constexpr unsigned hex_value(char c) {
  return static_cast<unsigned>(is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10);
}

}  // namespace

ChunkLine::Step ChunkLine::take(char c) {
  if (phase_ == Phase::line_feed) {
    if (c == '\n') return Step::complete;
    error_ = "bare CR in chunk line";
    return Step::failed;
  }
  if (phase_ == Phase::size) return take_size(c) ? Step::more : Step::failed;
  if (++extension_bytes_ > kMostExtensionBytes) {
    error_ = "chunk extensions too long";
    return Step::failed;
  }
  if (take_extension(c)) return Step::more;
  error_ = "invalid chunk extension";
  return Step::failed;
}

bool ChunkLine::take_size(char c) {
  constexpr std::uint64_t kMostSize = std::numeric_limits<std::int64_t>::max();
  error_ = "invalid chunk size";
  if (!is_in(kHexDigit, c)) return digits_ > 0 && take_end_of_part(c);
  size_ = size_ << 4 | hex_value(c);
  return ++digits_ <= kMostDigits && size_ <= kMostSize;
}

bool ChunkLine::take_extension(char c) {
  switch (phase_) {
    case Phase::name_start:
      return is_in(kToken, c) && go_to(Phase::name);
    case Phase::name:
      if (c == '=') return go_to(Phase::value_start);
      return is_in(kToken, c) || take_end_of_part(c);
    case Phase::value_start:
      if (c == '"') return go_to(Phase::quoted);
      return is_in(kToken, c) && go_to(Phase::value);
    case Phase::value:
      return is_in(kToken, c) || take_end_of_part(c);
    case Phase::quoted:
      if (c == '"') return go_to(Phase::quoted_end);
      if (c == '\\') return go_to(Phase::quoted_pair);
      return is_in(kText, c);
    case Phase::quoted_pair:
      return is_in(kText, c) && go_to(Phase::quoted);
    case Phase::quoted_end:
      return take_end_of_part(c);
    case Phase::size:
    case Phase::line_feed:
      break;
  }
  return false;
}

bool ChunkLine::take_end_of_part(char c) {
  if (c == ';') return go_to(Phase::name_start);
  return c == '\r' && go_to(Phase::line_feed);
}

bool ChunkLine::go_to(Phase phase) {
  phase_ = phase;
  return true;
}

void ChunkLine::restart() {
  phase_ = Phase::size;
  size_ = 0;
  digits_ = 0;
}

}  // namespace stickler::http
