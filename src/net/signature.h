// SPDX-License-Identifier: MIT
// Keys of this process and signatures with them, by OpenSSL (HMAC-SHA-256, RFC 2104). Any thread.
#pragma once

#include <string>
#include <string_view>

namespace stickler::net {

// 32 random bytes.
std::string random_key();

// 64 hexadecimal digits.
std::string sign(std::string_view key, std::string_view text);

}  // namespace stickler::net
