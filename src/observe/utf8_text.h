// SPDX-License-Identifier: MIT
// Which bytes are UTF-8 (RFC 3629): for formats whose readers refuse all else.
#pragma once

#include <cstddef>
#include <string_view>

namespace stickler::observe {

// Bytes of the well-formed sequence at the beginning of `text`, which is not empty; 0: there is
// none, or it is ASCII.
std::size_t utf8_sequence(std::string_view text);

}  // namespace stickler::observe
