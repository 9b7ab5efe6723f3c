// SPDX-License-Identifier: MIT
// Dates of HTTP and of log lines. Callers format once a second and keep the text.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace stickler::http {

// "Sat, 21 Nov 2026 01:04:46 GMT" (RFC 9110 §5.6.7), always 29 bytes.
std::array<char, 29> format_http_date(std::time_t seconds);

}  // namespace stickler::http
