// SPDX-License-Identifier: MIT
// A line of the runtime socket, as HAProxy reads it (its management guide, 9.3): commands separated
// by ';', words by blanks, a backslash takes the next character as it is. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stickler::observe {

using Words = std::vector<std::string>;

// One list of words per command; empty commands are left out.
std::vector<Words> split_line(std::string_view line);

}  // namespace stickler::observe
