// SPDX-License-Identifier: MIT
// The client's side of TLS that verifies: which authorities may vouch for servers, and the
// certificate that we show them. A session is good for one host, whose name or address its
// certificate must have. (tls_client.h verifies nothing.)
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "net/openssl.h"

namespace stickler::net {

struct TlsTrustSettings {
  std::string ca;           // file of certificates; "": the system's
  std::string certificate;  // file with what we show and its chain; "": nothing
  std::string key;          // file; "": in the certificate's, or beside it
};

// Any number of sessions, any thread.
class TlsTrust {
 public:
  // The error is a sentence that begins with the file.
  static Result<std::shared_ptr<const TlsTrust>, std::string> make(
      const TlsTrustSettings& settings);

  // For a TlsStream. `host` is a name, which goes out as SNI, or an address.
  SslPtr new_session(const std::string& host) const;

  // What was wrong with the server's certificate, after its handshake has failed; "": nothing.
  static std::string fault_of(const SSL* session);

 private:
  explicit TlsTrust(SslCtxPtr context) : context_(std::move(context)) {}

  SslCtxPtr context_;
};

}  // namespace stickler::net
