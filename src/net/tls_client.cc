// SPDX-License-Identifier: MIT
#include "net/tls_client.h"

#include <openssl/err.h>

#include "base/assert.h"

namespace stickler::net {
namespace {

bool is_address(const std::string& name) {
  std::unique_ptr<ASN1_OCTET_STRING, FreeWith<ASN1_OCTET_STRING_free>> address(
      a2i_IPADDRESS(name.c_str()));
  ERR_clear_error();
  return address != nullptr;
}

}  // namespace

TlsClientContext::TlsClientContext() : context_(SSL_CTX_new(TLS_client_method())) {
  ASSERT(context_ != nullptr);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
}

SslPtr TlsClientContext::new_session(const std::string& server_name) const {
  SslPtr ssl(SSL_new(context_.get()));
  ASSERT(ssl != nullptr);
  SSL_set_connect_state(ssl.get());
  // RFC 6066 §3 allows no addresses here.
  if (!server_name.empty() && !is_address(server_name)) {
    SSL_set_tlsext_host_name(ssl.get(), server_name.c_str());
  }
  return ssl;
}

}  // namespace stickler::net
