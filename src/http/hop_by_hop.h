// SPDX-License-Identifier: MIT
// Which fields of a head end at this hop and must not be forwarded (RFC 9110 §7.6.1): a fixed few,
// and those that Connection names. Built once per head; allocates only if Connection names unusual
// ones.
#pragma once

#include <string_view>
#include <vector>

#include "http/head.h"

namespace stickler::http {

// Elements of all Connection fields of one head. Parsers refuse more: each costs a comparison for
// every field of the head.
inline constexpr unsigned kMostConnectionOptions = 64;

class HopByHop {
 public:
  // Keeps views into the values of `fields`.
  explicit HopByHop(const std::vector<Field>& fields);

  // Whether `field` must be left out. Upgrade and what belongs to it are the caller's to write
  // anew.
  bool drops(const Field& field) const;

 private:
  std::vector<std::string_view> named_;
};

}  // namespace stickler::http
