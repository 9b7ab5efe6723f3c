// SPDX-License-Identifier: MIT
#include "net/tls_context.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <ctime>
#include <map>

namespace stickler::net {
namespace {

// The best certificate of each key type: OpenSSL chooses among them by what a client supports.
using Chosen = std::map<int, const Certificate*>;
using ChosenByName = std::map<std::string, Chosen>;

// OpenSSL resumes a session only where this is equal. All our contexts have the same rules for who
// may come in, so the ticket keys alone decide.
constexpr std::string_view kSessionIdContext = "stickler";

// A name is not served with an expired certificate while there is a valid one of whatever type.
void drop_invalid(Chosen& chosen, std::time_t now) {
  auto valid = [now](const auto& entry) { return entry.second->valid_at(now); };
  if (std::ranges::none_of(chosen, valid)) return;
  std::erase_if(chosen, [valid](const auto& entry) { return !valid(entry); });
}

ChosenByName choose(const std::vector<Certificate>& certificates) {
  const std::time_t now = std::time(nullptr);
  ChosenByName by_name;
  for (const Certificate& certificate : certificates) {
    for (const std::string& name : certificate.names) {
      const Certificate*& best = by_name[name][certificate.key_type()];
      if (best == nullptr || (!best->valid_at(now) && certificate.valid_at(now))) {
        best = &certificate;
      }
    }
  }
  for (auto& [name, chosen] : by_name) drop_invalid(chosen, now);
  return by_name;
}

// What answers for unknown names.
Chosen choose_default(const Certificate& first, const ChosenByName& by_name) {
  if (first.names.empty()) return {{first.key_type(), &first}};
  return by_name.at(first.names.front());
}

void set_up_resumption(SSL_CTX* context, const TlsSettings& settings) {
  SSL_CTX_set_session_id_context(context,
                                 reinterpret_cast<const unsigned char*>(kSessionIdContext.data()),
                                 static_cast<unsigned>(kSessionIdContext.size()));
  const bool cache = settings.session_cache > 0;
  SSL_CTX_set_session_cache_mode(context, cache ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
  if (cache) SSL_CTX_sess_set_cache_size(context, static_cast<long>(settings.session_cache));
  // TLS 1.3 calls both kinds tickets. A client that comes back uses one; OpenSSL would send two.
  if (!settings.tickets) SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(context, settings.tickets || cache ? 1 : 0);
}

Result<SslCtxPtr, std::string> basic_context(const TlsSettings& settings, const TicketKeys& keys) {
  ERR_clear_error();
  SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Failed{"OpenSSL: " + take_openssl_reason()};
  Result<bool, std::string> applied =
      apply_preset(context.get(), settings.preset, settings.ciphers);
  if (!applied) return Failed{std::move(applied.error())};
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Chains are sent as the files have them, not looked for anew in each handshake.
  SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
  set_up_resumption(context.get(), settings);
  TicketKeys copy = keys;  // OpenSSL only reads them, through a mutable pointer
  if (SSL_CTX_set_tlsext_ticket_keys(context.get(), copy.bytes.data(), copy.bytes.size()) != 1) {
    return Failed{"OpenSSL refuses the ticket keys: " + take_openssl_reason()};
  }
  return context;
}

bool use_certificate(SSL_CTX* context, const Certificate& certificate) {
  auto free_stack = [](STACK_OF(X509) * stack) { sk_X509_free(stack); };
  std::unique_ptr<STACK_OF(X509), decltype(free_stack)> chain(sk_X509_new_null(), free_stack);
  for (const X509Ptr& issuer : certificate.chain) sk_X509_push(chain.get(), issuer.get());
  return SSL_CTX_use_cert_and_key(context, certificate.leaf.get(), certificate.key.get(),
                                  chain.get(), 0) == 1;
}

Result<SslCtxPtr, std::string> make_context(const TlsSettings& settings, const TicketKeys& keys,
                                            const Chosen& certificates) {
  Result<SslCtxPtr, std::string> context = basic_context(settings, keys);
  if (!context) return context;
  for (const auto& [type, certificate] : certificates) {
    if (use_certificate(context->get(), *certificate)) continue;
    return Failed{certificate->file + ": OpenSSL refuses it: " + take_openssl_reason()};
  }
  return context;
}

// Protocol names as they go over the wire: each after its length (RFC 7301 §3.1).
std::string wire_form(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

}  // namespace

TicketKeys TicketKeys::random() {
  TicketKeys keys{};
  int done = RAND_priv_bytes(keys.bytes.data(), static_cast<int>(keys.bytes.size()));
  ASSERT(done == 1);
  return keys;
}

Result<std::shared_ptr<const TlsContext>, std::string> TlsContext::load(const TlsSettings& settings,
                                                                        const TicketKeys& keys) {
  Result<std::vector<Certificate>, std::string> certificates =
      load_certificates(settings.certificates, settings.key);
  if (!certificates) return Failed{std::move(certificates.error())};
  return create(settings, *certificates, keys);
}

Result<std::shared_ptr<const TlsContext>, std::string> TlsContext::create(
    const TlsSettings& settings, const std::vector<Certificate>& certificates,
    const TicketKeys& keys) {
  if (certificates.empty()) return Failed{std::string("no certificate is given")};
  const ChosenByName by_name = choose(certificates);
  const Chosen fallback = choose_default(certificates.front(), by_name);
  std::map<Chosen, SSL_CTX*> contexts{{fallback, nullptr}};
  for (const auto& [name, chosen] : by_name) contexts.emplace(chosen, nullptr);

  auto made = std::make_shared<TlsContext>(Private{}, settings);
  for (const Certificate& each : certificates) {
    made->validities_.push_back({each.first_name(), each.valid_until()});
  }
  for (auto& [chosen, context] : contexts) {
    Result<SslCtxPtr, std::string> built = make_context(settings, keys, chosen);
    if (!built) return Failed{std::move(built.error())};
    context = built->get();
    made->adopt(std::move(*built));
  }
  made->default_ = contexts.at(fallback);
  for (const auto& [name, chosen] : by_name) made->by_name_.emplace(name, contexts.at(chosen));
  return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsContext::TlsContext(Private, const TlsSettings& settings)
    : strict_sni_(settings.strict_sni), alpn_(wire_form(settings.alpn)) {}

void TlsContext::adopt(SslCtxPtr context) {
  SSL_CTX_set_tlsext_servername_callback(context.get(), &TlsContext::on_server_name);
  SSL_CTX_set_tlsext_servername_arg(context.get(), this);
  SSL_CTX_set_alpn_select_cb(context.get(), &TlsContext::on_alpn, this);
  contexts_.push_back(std::move(context));
}

SslPtr TlsContext::new_server_session() const {
  SslPtr ssl(SSL_new(default_));
  ASSERT(ssl != nullptr);
  SSL_set_accept_state(ssl.get());
  return ssl;
}

// The exact name, then a wildcard for its first label (RFC 6125 §6.4.3).
SSL_CTX* TlsContext::find(std::string_view server_name) const {
  const std::string name = lower_case(server_name);
  if (auto exact = by_name_.find(name); exact != by_name_.end()) return exact->second;
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return nullptr;
  auto wildcard = by_name_.find("*" + name.substr(dot));
  return wildcard == by_name_.end() ? nullptr : wildcard->second;
}

// Null: nobody answers for that name.
SSL_CTX* TlsContext::answering_for(std::string_view server_name) const {
  SSL_CTX* found = server_name.empty() ? nullptr : find(server_name);
  return found == nullptr && !strict_sni_ ? default_ : found;
}

std::optional<TlsContext::Served> TlsContext::served(std::string_view server_name) const {
  SSL_CTX* chosen = answering_for(server_name);
  if (chosen == nullptr) return std::nullopt;
  return Served{names_of(SSL_CTX_get0_certificate(chosen)), find(server_name) != nullptr};
}

// OpenSSL calls this in each handshake, with or without a name. Sessions belong to the context that
// the connection began with, so all names share one cache.
int TlsContext::on_server_name(SSL* ssl, int* alert, void* self) {
  const auto& context = *static_cast<const TlsContext*>(self);
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  SSL_CTX* chosen = context.answering_for(name == nullptr ? "" : name);
  if (chosen == nullptr) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  if (chosen != context.default_) SSL_set_SSL_CTX(ssl, chosen);
  return SSL_TLSEXT_ERR_OK;
}

// A client that offers nothing we speak may be one that ignores the answer: it is not refused.
int TlsContext::on_alpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                        const unsigned char* offered, unsigned offered_size, void* self) {
  const std::string& alpn = static_cast<const TlsContext*>(self)->alpn_;
  unsigned char* selected = nullptr;
  int found = SSL_select_next_proto(&selected, chosen_size,
                                    reinterpret_cast<const unsigned char*>(alpn.data()),
                                    static_cast<unsigned>(alpn.size()), offered, offered_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace stickler::net
