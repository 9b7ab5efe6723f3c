// SPDX-License-Identifier: MIT
// SHA-256, by OpenSSL. Pure.
#pragma once

#include <string>
#include <string_view>

namespace stickler::net {

// 32 bytes.
std::string sha256(std::string_view text);

}  // namespace stickler::net
