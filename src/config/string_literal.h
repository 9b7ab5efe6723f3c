// SPDX-License-Identifier: MIT
// A text as a configuration file says it: what the lexer reads back as the same text.
#pragma once

#include <string>
#include <string_view>

namespace stickler::config {

// On one line, whatever the text holds; a NUL, which no file can say, would be refused there.
std::string string_literal(std::string_view text);

}  // namespace stickler::config
