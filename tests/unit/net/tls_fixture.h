// SPDX-License-Identifier: MIT
// A TlsStream and a real OpenSSL client at the two ends of a socket pair. The client's ciphertext
// goes through memory, so that a test may hold it back, cut it, or look at it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "net/event_loop.h"
#include "net/task_group.h"
#include "net/test_certificates.h"
#include "net/tls_context.h"
#include "net/tls_stream.h"

namespace stickler::net::test {

struct ClientOptions {
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  std::string sni = {};
  std::string signatures = {};  // as "ECDSA+SHA256"
  std::string alpn = {};        // in the form of the wire
  SSL_SESSION* session = nullptr;
};

// All calls return at once but connect(), which waits for the server.
class Client {
 public:
  Client(Fd fd, const ClientOptions& options)
      : fd_(std::move(fd)), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), options.min_version);
    SSL_CTX_set_max_proto_version(context_.get(), options.max_version);
    if (!options.signatures.empty()) {
      SSL_CTX_set1_sigalgs_list(context_.get(), options.signatures.c_str());
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl());
    if (!options.sni.empty()) SSL_set_tlsext_host_name(ssl(), options.sni.c_str());
    SSL_set_alpn_protos(ssl(), reinterpret_cast<const unsigned char*>(options.alpn.data()),
                        static_cast<unsigned>(options.alpn.size()));
    if (options.session != nullptr) SSL_set_session(ssl(), options.session);
  }

  // Without this OpenSSL would spoil the session, as after an error.
  ~Client() { SSL_set_shutdown(ssl(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); }

  SSL* ssl() const { return ssl_.get(); }
  int fd() const { return fd_.get(); }
  // OpenSSL's reason of the last failure.
  const std::string& failure() const { return failure_; }

  bool connect() {
    for (;;) {
      int done = SSL_do_handshake(ssl());
      send_raw(take_ciphertext());
      if (done == 1) return true;
      if (SSL_get_error(ssl(), done) != SSL_ERROR_WANT_READ || !receive(0)) break;
    }
    failure_ = take_openssl_reason();
    return false;
  }

  void write(std::string_view text) {
    encrypt(text);
    send_raw(take_ciphertext());
  }
  void encrypt(std::string_view text) {
    SSL_write(ssl(), text.data(), static_cast<int>(text.size()));
  }
  std::string take_ciphertext() {
    std::string bytes(BIO_ctrl_pending(SSL_get_wbio(ssl())), '\0');
    if (!bytes.empty()) BIO_read(SSL_get_wbio(ssl()), bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  void send_raw(std::string_view bytes) {
    if (!bytes.empty()) ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  // All that has arrived.
  std::string read() {
    while (receive(MSG_DONTWAIT)) {
    }
    std::string text;
    std::string chunk(16384, '\0');
    int got = 0;
    while ((got = SSL_read(ssl(), chunk.data(), static_cast<int>(chunk.size()))) > 0) {
      text.append(chunk, 0, static_cast<std::size_t>(got));
    }
    return text;
  }
  // What one recv() gets, into OpenSSL.
  bool receive(int flags) {
    std::string bytes(1 << 20, '\0');
    ssize_t got = ::recv(fd(), bytes.data(), bytes.size(), flags);
    if (got <= 0) return false;
    BIO_write(SSL_get_rbio(ssl()), bytes.data(), static_cast<int>(got));
    return true;
  }

  void close_notify() {
    SSL_shutdown(ssl());
    send_raw(take_ciphertext());
  }
  bool got_close_notify() const { return (SSL_get_shutdown(ssl()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  void finish() { ::shutdown(fd(), SHUT_WR); }
  void go_away() { fd_.reset(); }

  std::string peer_subject() const { return subject_of(SSL_get0_peer_certificate(ssl())); }
  std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>> session() const {
    return std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>(SSL_get1_session(ssl()));
  }

 private:
  Fd fd_;
  SslCtxPtr context_;
  SslPtr ssl_;
  std::string failure_;
};

using SessionPtr = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;

class TlsTest : public ::testing::Test {
 protected:
  ~TlsTest() override { server_.reset(); }

  static std::shared_ptr<const TlsContext> make_context(
      const std::vector<CertificateOptions>& certificates, const TlsSettings& settings = {},
      const TicketKeys& keys = TicketKeys::random()) {
    std::vector<Certificate> all;
    for (const CertificateOptions& options : certificates) {
      all.push_back(loaded(make_test_certificate(options)));
    }
    auto context = TlsContext::create(settings, all, keys);
    EXPECT_TRUE(context.ok()) << context.error();
    return *context;
  }

  // A new connection, before its handshake.
  void open(std::shared_ptr<const TlsContext> context, const ClientOptions& options = {},
            int type = SOCK_STREAM) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    // A test that would hang fails instead.
    const timeval patience{10, 0};
    ::setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    server_ = std::make_unique<TlsStream>(Socket(Fd(ends[0])), std::move(context));
    client_ = std::make_unique<Client>(Fd(ends[1]), options);
  }

  // Both sides' handshake; says how the server's ended.
  HandshakeResult shake() {
    std::thread peer([this] {
      if (!client_->connect()) client_->finish();
    });
    HandshakeResult result = run(server_->handshake(std::chrono::seconds(10)));
    peer.join();
    return result;
  }

  HandshakeResult connect(std::shared_ptr<const TlsContext> context,
                          const ClientOptions& options = {}, int type = SOCK_STREAM) {
    open(std::move(context), options, type);
    return shake();
  }

  // The session that the client may resume: it comes with the first bytes.
  SessionPtr session_of(std::shared_ptr<const TlsContext> context,
                        const ClientOptions& options = {}) {
    EXPECT_TRUE(connect(std::move(context), options).ok());
    EXPECT_EQ(write("x"), 1u);
    EXPECT_EQ(client_->read(), "x");
    return client_->session();
  }

  // Runs the loop until the task has ended.
  template <typename T>
  T run(Task<T> task) {
    std::optional<T> result;
    TaskGroup group;
    group.start(keep(std::move(task), result, loop_));
    while (!result) loop_.run();  // it ends at once if the last task never waited
    return std::move(*result);
  }

  std::size_t write(std::string_view text) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    IoResult taken = server_->try_write(std::span(&part, 1));
    return taken.done() ? taken.bytes : 0;
  }

  // One try_read() after the loop has seen the socket become readable; what it got, or "eof",
  // "failed", "would block".
  std::string read(std::size_t size = 262144) {
    run(wait_readable());
    return try_read(size);
  }
  std::string try_read(std::size_t size = 262144) {
    std::string text(size, '\0');
    IoResult got = server_->try_read(text.data(), size);
    if (got.done()) return text.substr(0, got.bytes);
    return got.eof() ? "eof" : got.failed() ? "failed" : "would block";
  }

  Task<bool> wait_readable() {
    Wake woke = co_await server_->socket().readable(std::chrono::seconds(10));
    co_return woke == Wake::ready;
  }
  Task<bool> wait_writable() {
    Wake woke = co_await server_->socket().writable(std::chrono::seconds(10));
    co_return woke == Wake::ready;
  }

  EventLoop loop_;
  std::unique_ptr<TlsStream> server_;
  std::unique_ptr<Client> client_;

 private:
  template <typename T>
  static Task<> keep(Task<T> task, std::optional<T>& result, EventLoop& loop) {
    result = co_await std::move(task);
    loop.stop();
  }
};

}  // namespace stickler::net::test
