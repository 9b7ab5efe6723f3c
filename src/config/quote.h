// SPDX-License-Identifier: MIT
// A text as messages show it: between double quotes, as it would stand in the file.
#pragma once

#include <string>
#include <string_view>

namespace stickler::config {

inline std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace stickler::config
