// SPDX-License-Identifier: MIT
// The one kind of WebSocket message (RFC 6455 section 5.2) that client and origin exchange: binary,
// final, 64 bytes. The mask is zero, so that neither spends time on it.
#pragma once

#include <array>
#include <cstddef>

namespace stickler::bench {

inline constexpr std::size_t kMessageBytes = 64;

// FIN and binary; masked and length; the mask.
inline constexpr std::array<char, 6> kClientFrame = {'\x82', '\xc0', 0, 0, 0, 0};
inline constexpr std::size_t kClientFrameBytes = kClientFrame.size() + kMessageBytes;

inline constexpr std::array<char, 2> kServerFrame = {'\x82', '\x40'};
inline constexpr std::size_t kServerFrameBytes = kServerFrame.size() + kMessageBytes;

}  // namespace stickler::bench
