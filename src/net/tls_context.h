// SPDX-License-Identifier: MIT
// What the TLS connections of a listener have in common: certificates by name, protocol settings,
// and the memory of sessions. Immutable; all workers share one. A reload makes a new one and hands
// it to new connections; those that exist keep what they need of the old.
#pragma once

#include <openssl/tls1.h>

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/strings.h"
#include "net/certificates.h"
#include "net/openssl.h"
#include "net/tls_presets.h"

namespace stickler::net {

struct TlsSettings {
  std::vector<std::string> certificates = {};  // files and directories; see load_certificates()
  std::string key = {};                        // only with a single certificate file
  TlsPreset preset = TlsPreset::intermediate;
  std::string ciphers = {};  // OpenSSL's form, for TLS 1.2 and below; "" : the preset's
  bool strict_sni = false;   // refuse names that no certificate bears, and no name
  bool tickets = true;
  unsigned session_cache = 20'000;               // sessions kept for resumption by id; 0 : none
  std::vector<std::string> alpn = {"http/1.1"};  // offered protocols, the preferred one first
};

// The secret that session tickets are sealed with. Contexts with the same keys resume each other's
// sessions: pass the old ones at a reload.
struct TicketKeys {
  std::array<unsigned char, 80> bytes;
  static TicketKeys random();
};

class TlsContext {
  struct Private {};

 public:
  // Reads the files. The error is one sentence; it names the file if one is to blame.
  static Result<std::shared_ptr<const TlsContext>, std::string> load(const TlsSettings& settings,
                                                                     const TicketKeys& keys);

  // The first certificate, with its companions of other key types, answers for unknown names.
  static Result<std::shared_ptr<const TlsContext>, std::string> create(
      const TlsSettings& settings, const std::vector<Certificate>& certificates,
      const TicketKeys& keys);

  TlsContext(Private, const TlsSettings& settings);

  // The certificates, in their order: the first name each is good for, and its end.
  struct Validity {
    std::string name;
    std::time_t until = 0;
  };
  const std::vector<Validity>& validities() const { return validities_; }

  // The server's side of one connection. Any thread. This context must live until its handshake is
  // over, no longer.
  SslPtr new_server_session() const;

  // The certificate that answers for a name; "" : the client sends none. Nothing: the handshake is
  // refused (strict_sni). For who explains.
  struct Served {
    std::vector<std::string> names;  // as net::Certificate has them
    bool bears_name = false;         // the name asked for is among them, or a wildcard for it
  };
  std::optional<Served> served(std::string_view server_name) const;

 private:
  void adopt(SslCtxPtr context);
  SSL_CTX* find(std::string_view server_name) const;
  SSL_CTX* answering_for(std::string_view server_name) const;

  static int on_server_name(SSL* ssl, int* alert, void* self);
  static int on_alpn(SSL* ssl, const unsigned char** chosen, unsigned char* chosen_size,
                     const unsigned char* offered, unsigned offered_size, void* self);

  const bool strict_sni_;
  std::vector<Validity> validities_;
  std::string alpn_;                 // in the form of the wire: each name after its length
  std::vector<SslCtxPtr> contexts_;  // one per set of certificates that names share
  std::unordered_map<std::string, SSL_CTX*, TransparentStringHash, std::equal_to<>> by_name_;
  SSL_CTX* default_ = nullptr;
};

}  // namespace stickler::net
