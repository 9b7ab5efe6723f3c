// SPDX-License-Identifier: MIT
// Dates inside a persistence cookie, as HAProxy writes them (its manual, `cookie`, maxidle): units
// of four seconds, thirty bits, five base64 digits, the highest first. Good until the year 2106.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace stickler::balance {

// Rounded up to the next four seconds, as HAProxy does: a stamp is never older than it claims.
void append_stamp(std::time_t seconds, std::string& out);

// Reads the first five characters and ignores what follows. Nothing if there are fewer, if one is
// no digit, or if the value is 0, which stands for "no date".
std::optional<std::time_t> parse_stamp(std::string_view text);

}  // namespace stickler::balance
