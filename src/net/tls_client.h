// SPDX-License-Identifier: MIT
// The client's side of TLS for checks: they ask whether a server answers, over a network that its
// administrator trusts, and so do not verify who it is (as HAProxy's `check-ssl verify none`).
#pragma once

#include <string>

#include "net/openssl.h"

namespace stickler::net {

// Any number of sessions, any thread.
class TlsClientContext {
 public:
  TlsClientContext();

  // For a TlsStream. `server_name` goes out as SNI unless it is an address or empty.
  SslPtr new_session(const std::string& server_name) const;

 private:
  SslCtxPtr context_;
};

}  // namespace stickler::net
