// SPDX-License-Identifier: MIT
// Protocol versions, ciphers and curves by Mozilla's names (https://ssl-config.mozilla.org/):
// modern and intermediate of its guideline 6.0, old of 5.8, the last that had one.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "net/openssl.h"

namespace stickler::net {

enum class TlsPreset : std::uint8_t { modern, intermediate, old };

// `ciphers` replaces the preset's list for TLS 1.2 and below; "" keeps it. The error is a sentence.
Result<bool, std::string> apply_preset(SSL_CTX* context, TlsPreset preset,
                                       const std::string& ciphers);

}  // namespace stickler::net
