// SPDX-License-Identifier: MIT
#include "net/openssl.h"

#include <openssl/err.h>

#include <array>
#include <system_error>

namespace stickler::net {

std::string take_openssl_reason() {
  unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no reason given";
  // OpenSSL 3 has no text for errors that came from the system.
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  if (const char* reason = ERR_reason_error_string(code)) return reason;
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace stickler::net
