// SPDX-License-Identifier: MIT
// One non-blocking connection of the load generator to the proxy, plain or TLS. Knows no HTTP.
// TLS runs over memory, one recv and one send per flight, so that the client's own system calls do
// not become the limit of what is measured.
#pragma once

#include <netinet/in.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "sys.h"

namespace stickler::bench {

struct SslDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslDeleter>;
using SslSession = std::unique_ptr<SSL_SESSION, SslDeleter>;

// Where to connect, and how.
class Target {
 public:
  Target(std::uint16_t port, bool tls);

  [[nodiscard]] const sockaddr_in& address() const { return address_; }
  [[nodiscard]] SSL_CTX* tls() const { return tls_.get(); }  // null: plain

 private:
  sockaddr_in address_;
  SslContext tls_;
};

class Connection {
 public:
  // Starts to connect; `owner` hears of readiness through `epoll`. `resume` may be null.
  Connection(Epoll& epoll, Watcher& owner, const Target& target, SSL_SESSION* resume);

  // Call at each readiness first. Moved once connected (and the handshake is done), and always
  // thereafter; bounds what one turn may read, so that a fast peer cannot starve others.
  IoStatus begin_turn();

  Io read(char* data, std::size_t size);
  Io skip(std::size_t size);
  Io write(const char* data, std::size_t size);
  Io write_zeros(std::size_t size);

  // TLS keeps a flight of its own that the socket did not take; Moved when it is gone.
  IoStatus flush();

  // Whether to be called when the socket takes bytes again.
  void want_write(bool wanted);

  [[nodiscard]] bool resumed() const { return ssl_ && SSL_session_reused(ssl_.get()); }
  [[nodiscard]] SslSession session() const;

 private:
  IoStatus finish_connecting();
  IoStatus handshake();
  IoStatus fill();
  Io tls_write(const char* data, std::size_t size);

  Epoll& epoll_;
  Watcher& owner_;
  Fd fd_;
  std::unique_ptr<SSL, SslDeleter> ssl_;
  BIO* incoming_ = nullptr;  // owned by ssl_
  BIO* outgoing_ = nullptr;  // owned by ssl_
  bool connected_ = false;
  bool established_ = false;
  bool wants_write_ = true;
  int reads_left_ = 0;
};

}  // namespace stickler::bench
