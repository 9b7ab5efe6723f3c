// SPDX-License-Identifier: MIT
// What a client's TLS handshake has agreed on; a record of the connection keeps it longer than the
// connection itself lives.
#pragma once

#include <string>
#include <string_view>

namespace stickler::proxy {

struct TlsFacts {
  std::string_view version;  // "TLSv1.3"; OpenSSL's own text, as is the cipher
  std::string_view cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string sni;           // "" : none was sent
  std::string session;       // its id, in hexadecimal; "" : none, or nobody asks for it
};

}  // namespace stickler::proxy
