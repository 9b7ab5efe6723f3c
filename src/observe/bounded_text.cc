// SPDX-License-Identifier: MIT
#include "observe/bounded_text.h"

namespace stickler::observe {

void BoundedText::put_cut(std::int64_t number) {
  char digits[kLongestNumber];
  auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  put(std::string_view(digits, end));
}

}  // namespace stickler::observe
