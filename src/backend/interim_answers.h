// SPDX-License-Identifier: MIT
// Interim answers (RFC 9110 §15.2), which a program that asks on its own behalf passes over.
#pragma once

namespace stickler::backend {

// Before the final answer; a server that sends more of them does not answer at all.
inline constexpr unsigned kInterimMax = 16;

// Not 101: it is the last one of HTTP.
constexpr bool is_interim(unsigned status) { return status < 200 && status != 101; }

}  // namespace stickler::backend
