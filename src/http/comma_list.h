// SPDX-License-Identifier: MIT
// Lists in field values: elements between commas, white space around them, empty ones skipped
// (RFC 9110 §5.6.1). Not for values with quoted strings.
#pragma once

#include <string_view>

#include "base/strings.h"

namespace stickler::http {

// Cuts the next element off `rest`; empty once there is none.
constexpr std::string_view next_element(std::string_view& rest) {
  while (!rest.empty()) {
    const std::string_view element = trim(take_until(rest, ','));
    if (!element.empty()) return element;
  }
  return {};
}

}  // namespace stickler::http
