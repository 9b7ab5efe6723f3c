// SPDX-License-Identifier: MIT
// Reads field lines one by one, as they stand in heads and in trailer sections (RFC 9112 §5). Knows
// the form of a line, not what a field means.
#pragma once

#include <cstdint>

#include "http/head.h"
#include "http/scanner.h"

namespace stickler::http {

class FieldLines {
 public:
  enum class Step { incomplete, field, end, failed };

  // The first line begins at `position`.
  void start(std::size_t position);

  // Reads on to the end of the line. `field`: it holds one; `end`: it was the empty one.
  Step next(Scanner& in);

  // After `field`; views into the bytes that `in` was last fed.
  const Field& field() const { return field_; }

 private:
  enum class Phase : std::uint8_t { name, value, line_end, last_line };

  bool read_name(Scanner& in);
  bool read_value(Scanner& in);
  void take_field(const Scanner& in);

  Field field_;
  Phase phase_ = Phase::name;
  // Positions rather than views: the bytes may move while a line is incomplete.
  std::size_t line_ = 0;
  std::size_t colon_ = 0;
  std::size_t line_end_ = 0;
};

}  // namespace stickler::http
