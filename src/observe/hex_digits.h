// SPDX-License-Identifier: MIT
// The digits in which pages and JSON show bytes that cannot stand there as they are.
#pragma once

#include <string_view>

namespace stickler::observe {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace stickler::observe
