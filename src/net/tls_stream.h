// SPDX-License-Identifier: MIT
// A stream inside TLS, 1.2 or 1.3: the server's side for clients, the client's side for checks of
// servers. Knows nothing of certificates and names; see tls_context.h. One thread, the loop's.
//
//     TlsStream stream(std::move(socket), context);
//     HandshakeResult shaken = co_await stream.handshake(limit);
//     if (!shaken.ok()) ...
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls_bio.h"
#include "net/tls_context.h"

namespace stickler::net {

struct HandshakeResult {
  enum class End : std::uint8_t { done, peer_closed, timed_out, failed, cancelled };
  End end = End::done;
  std::string reason;  // for the log; OpenSSL's words if `failed`, as "http request"

  bool ok() const { return end == End::done; }
};

class TlsStream final : public Stream {
 public:
  // What one try_write() takes at most: fifteen full records.
  static constexpr std::size_t kFlightMax = std::size_t{15} * SSL3_RT_MAX_PLAIN_LENGTH;

  // The server's side of an accepted connection.
  TlsStream(Socket socket, std::shared_ptr<const TlsContext> context);
  // The client's side; see tls_client.h.
  TlsStream(Socket socket, SslPtr client_session);
  ~TlsStream() override;

  // So many requests to renegotiate and updates of keys a peer may send, and one more with each
  // full record of data: for OpenSSL an update is as much work as twenty records, and it would go
  // on as long as more of them come. A peer that sends more is cut off.
  static constexpr std::uint64_t kHandshakeRecords = 32;

  // Once, before anything else. `limit` is for the whole of it.
  Task<HandshakeResult> handshake(Duration limit);

  IoResult try_read(char* data, std::size_t size) override;
  IoResult try_write(std::span<const iovec> parts) override;
  IoResult flush() override;
  // If the socket is full, FIN follows when flush() has sent the rest.
  void shutdown_write() override;
  void rest() override;
  void wake() override;
  bool has_buffered_input() const override;
  bool is_tls() const override { return true; }

  // After `eof`: the peer did not say that it had finished, so the end may be an attacker's.
  bool truncated() const { return input_end_ == InputEnd::truncated; }

  // Facts for the log and for servers, after the handshake.
  std::string_view version() const { return SSL_get_version(ssl_.get()); }  // "TLSv1.3"
  std::string_view cipher() const { return SSL_get_cipher_name(ssl_.get()); }
  std::string_view sni() const;  // "" : none was sent
  // In hexadecimal; "" : there is none, as in TLS 1.3, where each connection has another.
  std::string session_id() const;
  std::string_view alpn() const;  // "" : none was agreed on
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }

 private:
  // Why nothing more can be read.
  enum class InputEnd : std::uint8_t { none, close_notify, truncated, failed };

  std::optional<HandshakeResult> advance_handshake();
  std::optional<HandshakeResult> peer_left(int error);
  static void on_message(int sent, int version, int type, const void* bytes, std::size_t size,
                         SSL* ssl, void* self);

  bool read_record(char* data, std::size_t size, std::size_t& got);
  IoResult tell_end_of_input();

  bool encrypt(std::span<const iovec> parts, std::size_t size);
  bool encrypt(std::string_view plaintext);

  TlsBio bio_;  // outlives ssl_, which reads and writes through it
  SslPtr ssl_;
  std::shared_ptr<const TlsContext> context_;  // held during the handshake
  std::uint64_t bytes_read_ = 0;
  std::uint64_t handshake_records_ = 0;  // since the handshake
  InputEnd input_end_ = InputEnd::none;
  bool input_end_told_ = false;
  bool broken_ = false;  // OpenSSL gave up: it can neither read nor write any more
  bool fin_when_flushed_ = false;
};

}  // namespace stickler::net
