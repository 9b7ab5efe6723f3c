// SPDX-License-Identifier: MIT
#include "net/tls_trust.h"

#include <openssl/err.h>

#include <vector>

#include "base/assert.h"
#include "net/certificates.h"
#include "net/pem_file.h"

namespace stickler::net {
namespace {

// What is wrong, a sentence; "" if nothing is.
using Fault = std::string;

Fault trust_authorities(SSL_CTX* context, const std::string& file) {
  if (file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return "";
    return "the system's certificate authorities cannot be read: " + take_openssl_reason();
  }
  Result<PemFile, std::string> contents = read_pem_file(file);
  if (!contents) return file + ": cannot be read: " + contents.error();
  if (contents->certificates.empty()) return file + ": holds no certificate";
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  for (const X509Ptr& authority : contents->certificates) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) {
      return file + ": a certificate cannot be used: " + take_openssl_reason();
    }
  }
  return "";
}

Fault show_certificate(SSL_CTX* context, const TlsTrustSettings& settings) {
  if (settings.certificate.empty()) return "";
  auto loaded = load_certificates({settings.certificate}, settings.key);
  if (!loaded) return std::move(loaded.error());
  if (loaded->size() != 1) {
    return settings.certificate + ": holds " + std::to_string(loaded->size()) +
           " certificates, of which one is to be shown: name its file";
  }
  const Certificate& ours = loaded->front();
  bool good = SSL_CTX_use_certificate(context, ours.leaf.get()) == 1 &&
              SSL_CTX_use_PrivateKey(context, ours.key.get()) == 1;
  for (const X509Ptr& issuer : ours.chain) {
    good = good && SSL_CTX_add1_chain_cert(context, issuer.get()) == 1;
  }
  return good ? "" : settings.certificate + ": cannot be shown: " + take_openssl_reason();
}

}  // namespace

Result<std::shared_ptr<const TlsTrust>, std::string> TlsTrust::make(
    const TlsTrustSettings& settings) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  ASSERT(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  Fault fault = trust_authorities(context.get(), settings.ca);
  if (fault.empty()) fault = show_certificate(context.get(), settings);
  ERR_clear_error();
  if (!fault.empty()) return Failed{std::move(fault)};
  return std::shared_ptr<const TlsTrust>(std::make_shared<TlsTrust>(TlsTrust(std::move(context))));
}

SslPtr TlsTrust::new_session(const std::string& host) const {
  SslPtr ssl(SSL_new(context_.get()));
  ASSERT(ssl != nullptr && !host.empty());  // an empty name would match any certificate
  SSL_set_connect_state(ssl.get());
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()) == 1) return ssl;
  ERR_clear_error();
  SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  ASSERT(SSL_set1_host(ssl.get(), host.c_str()) == 1);
  SSL_set_tlsext_host_name(ssl.get(), host.c_str());
  return ssl;
}

std::string TlsTrust::fault_of(const SSL* session) {
  const long verdict = SSL_get_verify_result(session);
  if (verdict == X509_V_OK) return "";
  return X509_verify_cert_error_string(verdict);
}

}  // namespace stickler::net
