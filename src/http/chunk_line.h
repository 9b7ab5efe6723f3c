// SPDX-License-Identifier: MIT
// The line before the data of a chunk: its size and extensions (RFC 9112 §7.1.1), byte by byte.
// White space is refused even where the grammar has "bad" white space: readers disagree about it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stickler::http {

class ChunkLine {
 public:
  enum class Step { more, complete, failed };

  Step take(char c);

  // After `complete`.
  std::uint64_t size() const { return size_; }
  // After `failed`: a static sentence.
  const char* error() const { return error_; }

  // Ready for the next line; the bytes of extensions so far still count.
  void restart();

 private:
  enum class Phase : std::uint8_t {
    size,
    name_start,
    name,
    value_start,
    value,
    quoted,
    quoted_pair,
    quoted_end,
    line_feed,
  };

  bool take_size(char c);
  bool take_extension(char c);
  bool take_end_of_part(char c);
  bool go_to(Phase phase);

  std::uint64_t size_ = 0;
  const char* error_ = "";
  unsigned digits_ = 0;
  std::size_t extension_bytes_ = 0;
  Phase phase_ = Phase::size;
};

}  // namespace stickler::http
