// SPDX-License-Identifier: MIT
#include "connection.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace stickler::bench {
namespace {

constexpr int kReadsPerTurn = 4;
constexpr std::size_t kRecvBytes = 128 * 1024;
constexpr std::size_t kFlightBytes = 128 * 1024;
constexpr std::size_t kSkipBytes = 1024 * 1024;

}  // namespace

Target::Target(std::uint16_t port, bool tls) : address_{} {
  address_.sin_family = AF_INET;
  address_.sin_port = htons(port);
  address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!tls) return;
  tls_.reset(SSL_CTX_new(TLS_client_method()));
  // One suite and one curve, so that every proxy does the same arithmetic.
  SSL_CTX_set_min_proto_version(tls_.get(), TLS1_3_VERSION);
  if (SSL_CTX_set_ciphersuites(tls_.get(), "TLS_AES_128_GCM_SHA256") != 1 ||
      SSL_CTX_set1_groups_list(tls_.get(), "X25519") != 1) {
    die("TLS settings");
  }
  SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_NONE, nullptr);  // self-signed, on loopback
  SSL_CTX_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE);
}

Connection::Connection(Epoll& epoll, Watcher& owner, const Target& target, SSL_SESSION* resume)
    : epoll_(epoll), owner_(owner), fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
  if (fd_.get() < 0) die("socket");
  set_no_delay(fd_.get());
  const auto* address = reinterpret_cast<const sockaddr*>(&target.address());
  if (connect(fd_.get(), address, sizeof target.address()) != 0 && errno != EINPROGRESS) {
    die("connect");
  }
  epoll_.add(fd_.get(), EPOLLIN | EPOLLOUT, owner_);
  if (!target.tls()) return;
  ssl_.reset(SSL_new(target.tls()));
  incoming_ = BIO_new(BIO_s_mem());
  outgoing_ = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(incoming_, -1);  // empty means: later
  SSL_set_bio(ssl_.get(), incoming_, outgoing_);
  SSL_set_connect_state(ssl_.get());
  if (resume) SSL_set_session(ssl_.get(), resume);
}

IoStatus Connection::begin_turn() {
  reads_left_ = kReadsPerTurn;
  if (established_) return IoStatus::moved;
  if (!connected_) {
    const IoStatus status = finish_connecting();
    if (status != IoStatus::moved) return status;
  }
  if (ssl_) {
    const IoStatus status = handshake();
    if (status != IoStatus::moved) return status;
  }
  established_ = true;
  return IoStatus::moved;
}

IoStatus Connection::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return IoStatus::ended;
  connected_ = true;
  want_write(false);
  return IoStatus::moved;
}

IoStatus Connection::handshake() {
  while (true) {
    const int result = SSL_do_handshake(ssl_.get());
    if (flush() == IoStatus::ended) return IoStatus::ended;
    if (result == 1) return IoStatus::moved;
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) return IoStatus::ended;
    const IoStatus filled = fill();
    if (filled != IoStatus::moved) return filled;
  }
}

// Level-triggered: what is left for want of turns is announced again.
IoStatus Connection::fill() {
  if (reads_left_-- <= 0) return IoStatus::blocked;
  static std::array<char, kRecvBytes> flight;
  const Io io = receive(fd_.get(), flight.data(), flight.size());
  if (io.status != IoStatus::moved) return io.status;
  BIO_write(incoming_, flight.data(), static_cast<int>(io.bytes));
  return IoStatus::moved;
}

Io Connection::read(char* data, std::size_t size) {
  if (!ssl_) {
    if (reads_left_-- <= 0) return {IoStatus::blocked};
    return receive(fd_.get(), data, size);
  }
  while (true) {
    const int result = SSL_read(ssl_.get(), data, static_cast<int>(size));
    if (result > 0) return {IoStatus::moved, static_cast<std::size_t>(result)};
    if (SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) return {IoStatus::ended};
    const IoStatus filled = fill();
    if (filled != IoStatus::moved) return {filled};
  }
}

Io Connection::skip(std::size_t size) {
  if (ssl_) return read(scratch().data, std::min(size, scratch().size));
  if (reads_left_-- <= 0) return {IoStatus::blocked};
  return discard(fd_.get(), std::min(size, kSkipBytes));
}

Io Connection::write(const char* data, std::size_t size) {
  return ssl_ ? tls_write(data, size) : send(fd_.get(), data, size);
}

Io Connection::write_zeros(std::size_t size) {
  if (!ssl_) return send_zeros(fd_.get(), size);
  static const std::array<char, kFlightBytes> zeros{};
  return tls_write(zeros.data(), std::min(size, zeros.size()));
}

// Takes bytes only while no flight waits: so at most one flight is in memory.
Io Connection::tls_write(const char* data, std::size_t size) {
  const IoStatus flushed = flush();
  if (flushed != IoStatus::moved) return {flushed};
  std::size_t taken = 0;
  while (taken < size) {  // partial writes: one record each, up to 16 kB
    const int result = SSL_write(ssl_.get(), data + taken, static_cast<int>(size - taken));
    if (result <= 0) return {IoStatus::ended};
    taken += static_cast<std::size_t>(result);
  }
  if (flush() == IoStatus::ended) return {IoStatus::ended};
  return {IoStatus::moved, taken};
}

IoStatus Connection::flush() {
  if (!ssl_) return IoStatus::moved;
  char* data = nullptr;
  while (const long size = BIO_get_mem_data(outgoing_, &data)) {
    const Io io = send(fd_.get(), data, static_cast<std::size_t>(size));
    if (io.status != IoStatus::moved) return io.status;
    std::size_t forgotten = 0;  // reading is how a memory BIO forgets; a reset would zero it all
    BIO_read_ex(outgoing_, scratch().data, io.bytes, &forgotten);
  }
  return IoStatus::moved;
}

SslSession Connection::session() const {
  // Without this, freeing the connection would spoil the session for resumption.
  SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  return SslSession(SSL_get1_session(ssl_.get()));
}

void Connection::want_write(bool wanted) {
  if (wanted == wants_write_) return;
  wants_write_ = wanted;
  epoll_.change(fd_.get(), wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, owner_);
}

}  // namespace stickler::bench
