// SPDX-License-Identifier: MIT
#include "net/tls_presets.h"

#include <array>

namespace stickler::net {
namespace {

// The security level that OpenSSL demands for what the list holds; -1 leaves the system's.
struct Preset {
  int min_version;
  const char* ciphers;
  bool server_preference;
  int security_level;
};

constexpr const char* kSuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
constexpr const char* kCurves = "X25519:P-256:P-384";

constexpr const char* kIntermediateCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

constexpr const char* kOldCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:"
    "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:"
    "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:"
    "ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:"
    "DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:"
    "AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:DES-CBC3-SHA";

constexpr Preset preset_of(TlsPreset name) {
  switch (name) {
    case TlsPreset::modern:
      return {TLS1_3_VERSION, kIntermediateCiphers, false, -1};
    case TlsPreset::intermediate:
      return {TLS1_2_VERSION, kIntermediateCiphers, false, -1};
    // TLS 1.0 and 1.1 sign with SHA-1, which OpenSSL 3 allows at level 0 only.
    case TlsPreset::old:
      return {TLS1_VERSION, kOldCiphers, true, 0};
  }
  return {TLS1_2_VERSION, kIntermediateCiphers, false, -1};
}

}  // namespace

Result<bool, std::string> apply_preset(SSL_CTX* context, TlsPreset name,
                                       const std::string& ciphers) {
  const Preset preset = preset_of(name);
  if (preset.security_level >= 0) SSL_CTX_set_security_level(context, preset.security_level);
  if (preset.server_preference) {
    // A client that puts ChaCha20 first has no AES hardware.
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  }
  SSL_CTX_set_dh_auto(context, 1);
  const char* list = ciphers.empty() ? preset.ciphers : ciphers.c_str();
  if (SSL_CTX_set_cipher_list(context, list) != 1) {
    return Failed{"ciphers: \"" + ciphers + "\": " + take_openssl_reason()};
  }
  if (SSL_CTX_set_min_proto_version(context, preset.min_version) != 1 ||
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context, kSuites) != 1 ||
      SSL_CTX_set1_groups_list(context, kCurves) != 1) {
    return Failed{"OpenSSL refuses the TLS preset: " + take_openssl_reason()};
  }
  return true;
}

}  // namespace stickler::net
