// SPDX-License-Identifier: MIT
// Base64 (RFC 4648 §4) and the comparison of secrets, by OpenSSL. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stickler::net {

// Nothing if the text is no Base64 with its padding.
std::optional<std::string> decode_base64(std::string_view text);

std::string encode_base64(std::string_view bytes);

// Takes the same time wherever two texts of one length differ.
bool same_secret(std::string_view given, std::string_view secret);

}  // namespace stickler::net
