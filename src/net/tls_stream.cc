// SPDX-License-Identifier: MIT
#include "net/tls_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "base/assert.h"
#include "net/wait.h"

namespace stickler::net {
namespace {

constexpr std::size_t kRecord = SSL3_RT_MAX_PLAIN_LENGTH;

// What a record adds to its plaintext at most: TLS 1.2 with AES-CBC and SHA-384 has 5 header, 16
// IV, 48 MAC, 16 padding; TLS 1.0 sends an empty record before each.
constexpr std::size_t kRecordOverhead = 160;

// So little unsent ciphertext goes out together with new records; more goes before them.
constexpr std::size_t kUnsentRides = 4096;

// One try_read() takes no more: a peer that makes a record of each byte must not take longer than
// its turn. A large buffer is full before.
constexpr int kRecordsPerRead = 64;

static_assert(TlsStream::kFlightMax + (TlsStream::kFlightMax / kRecord + 2) * kRecordOverhead +
                  kUnsentRides <
              TlsBio::kUnsentMax);

// Before a call whose outcome SSL_get_error() is to judge. There are hardly ever any, and to clear
// the empty queue costs more than to see that it is empty.
void forget_openssl_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::string_view text_or_empty(const char* text) { return text == nullptr ? "" : text; }

HandshakeResult timed_out(Duration limit) {
  return {HandshakeResult::End::timed_out, "not done within " + format_duration(limit)};
}

HandshakeResult cancelled() { return {HandshakeResult::End::cancelled, "given up"}; }

std::size_t size_of(std::span<const iovec> parts) {
  std::size_t size = 0;
  for (const iovec& part : parts) size += part.iov_len;
  return size;
}

}  // namespace

TlsStream::TlsStream(Socket socket, std::shared_ptr<const TlsContext> context)
    : TlsStream(std::move(socket), context->new_server_session()) {
  context_ = std::move(context);
}

TlsStream::TlsStream(Socket socket, SslPtr client_session)
    : Stream(std::move(socket)), bio_(this->socket()), ssl_(std::move(client_session)) {
  bio_.attach(ssl_.get());
}

TlsStream::~TlsStream() {
  // Unless both sides have said goodbye OpenSSL forgets the session, but clients that just went
  // away are the ones that come back.
  if (!broken_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// ---- Handshake ----

Task<HandshakeResult> TlsStream::handshake(Duration limit) {
  TotalLimit total(limit, nullptr);
  for (;;) {
    std::optional<HandshakeResult> result = advance_handshake();
    if (result) co_return std::move(*result);
    if (total.expired()) co_return timed_out(limit);
    Wake woke = Wake::ready;
    if (bio_.unsent() > 0) {
      total.guard(&socket().write_slot());
      woke = co_await socket().writable(kNoLimit);
    } else {
      total.guard(&socket().read_slot());
      woke = co_await socket().readable(kNoLimit);
    }
    if (woke == Wake::timed_out) co_return timed_out(limit);
    if (woke == Wake::cancelled) co_return cancelled();
  }
}

// Goes as far as what has been received allows. Empty while the handshake must wait: for room in
// the socket if something is unsent, else for the peer.
std::optional<HandshakeResult> TlsStream::advance_handshake() {
  using End = HandshakeResult::End;
  // OpenSSL takes 48 kB as soon as it is asked; a silent client should not cost them.
  if (SSL_is_server(ssl_.get()) == 1 && SSL_in_before(ssl_.get()) == 1 && !bio_.fetch()) {
    bio_.release_input();
    return peer_left(bio_.receive_error());
  }
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  const int error = SSL_get_error(ssl_.get(), done);
  bio_.release_input();
  if (done == 1) {
    context_.reset();
    SSL_set_msg_callback(ssl_.get(), &TlsStream::on_message);
    SSL_set_msg_callback_arg(ssl_.get(), this);
    // A TLS 1.3 server ends with a ticket, which can ride with its first answer.
    if (SSL_is_server(ssl_.get()) == 0 || SSL_version(ssl_.get()) != TLS1_3_VERSION) bio_.send();
    return HandshakeResult{};
  }
  const IoResult sent = bio_.send();
  if (error != SSL_ERROR_WANT_READ) {
    broken_ = true;
    return HandshakeResult{End::failed, take_openssl_reason()};
  }
  return peer_left(sent.failed() ? sent.error : bio_.receive_error());
}

// Empty while the peer is there.
std::optional<HandshakeResult> TlsStream::peer_left(int error) {
  if (error == 0 && !bio_.peer_finished()) return std::nullopt;
  broken_ = true;
  std::string reason = "the peer closed the connection";
  if (error != 0) reason = std::generic_category().message(error);
  return HandshakeResult{HandshakeResult::End::peer_closed, std::move(reason)};
}

std::string_view TlsStream::sni() const {
  return text_or_empty(SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name));
}

std::string TlsStream::session_id() const {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const SSL_SESSION* session = SSL_get_session(ssl_.get());
  std::string text;
  if (session == nullptr || SSL_version(ssl_.get()) == TLS1_3_VERSION) return text;
  unsigned size = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &size);
  for (const unsigned char byte : std::span(id, size)) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string_view TlsStream::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

// OpenSSL tells of each header, which names the record's type up to TLS 1.2, and of the type inside
// the record in TLS 1.3.
void TlsStream::on_message(int sent, int, int type, const void* bytes, std::size_t, SSL*,
                           void* self) {
  if (sent != 0 || (type != SSL3_RT_HEADER && type != SSL3_RT_INNER_CONTENT_TYPE)) return;
  if (*static_cast<const unsigned char*>(bytes) != SSL3_RT_HANDSHAKE) return;
  auto& stream = *static_cast<TlsStream*>(self);
  const std::uint64_t allowed = kHandshakeRecords + stream.bytes_read_ / kRecord;
  if (++stream.handshake_records_ > allowed) stream.bio_.refuse_input();
}

// ---- Reading ----

IoResult TlsStream::try_read(char* data, std::size_t size) {
  std::size_t got = 0;
  if (input_end_ == InputEnd::none && (has_buffered_input() || socket().maybe_readable())) {
    forget_openssl_errors();
    for (int record = 0; record < kRecordsPerRead && got < size; ++record) {
      bio_.expect(size - got);
      if (!read_record(data + got, size - got, got)) break;
      if (has_buffered_input()) continue;
      // Once the socket has run dry, asking OpenSSL again would only make it ask the socket again;
      // and of what comes now most would have to lie about.
      if (socket().looks_drained() || got > size / 2) break;
    }
    bio_.release_input();
    // Records may have been answered: with a key update, or an alert.
    if (bio_.unsent() > 0) bio_.send();
  }
  if (got > 0) return {IoResult::Kind::done, got};
  if (input_end_ == InputEnd::none) return {IoResult::Kind::would_block};
  return tell_end_of_input();
}

// Up to one record, added to `got`; false if nothing more is there, for now or for ever.
bool TlsStream::read_record(char* data, std::size_t size, std::size_t& got) {
  std::size_t bytes = 0;
  const int done = SSL_read_ex(ssl_.get(), data, size, &bytes);
  got += bytes;
  bytes_read_ += bytes;
  if (done == 1) return true;
  const int error = SSL_get_error(ssl_.get(), done);
  if (error == SSL_ERROR_WANT_READ) {
    if (bio_.peer_finished()) input_end_ = InputEnd::truncated;
    if (bio_.receive_error() != 0) input_end_ = InputEnd::failed;
  } else if (error == SSL_ERROR_ZERO_RETURN) {
    input_end_ = InputEnd::close_notify;
  } else {
    input_end_ = InputEnd::failed;
    broken_ = true;
  }
  return false;
}

IoResult TlsStream::tell_end_of_input() {
  input_end_told_ = true;
  if (input_end_ != InputEnd::failed) return {IoResult::Kind::eof};
  const int error = bio_.receive_error();
  return {IoResult::Kind::failed, 0, error != 0 ? error : EPROTO};
}

bool TlsStream::has_buffered_input() const {
  if (input_end_ != InputEnd::none) return !input_end_told_;
  return bio_.has_input() || SSL_pending(ssl_.get()) > 0;
}

// ---- Writing ----

IoResult TlsStream::try_write(std::span<const iovec> parts) {
  if (bio_.unsent() > kUnsentRides) {
    IoResult flushed = bio_.send();
    if (!flushed.done()) return flushed;
  }
  const std::size_t size = std::min(size_of(parts), kFlightMax);
  if (broken_ || !encrypt(parts, size)) return {IoResult::Kind::failed, 0, EPROTO};
  IoResult sent = bio_.send();
  if (sent.failed()) return sent;
  return {IoResult::Kind::done, size};
}

// The first `size` bytes of `parts`. A head and the beginning of its body share a record, for each
// costs a tag and a turn of the cipher; what fills records by itself is not copied.
bool TlsStream::encrypt(std::span<const iovec> parts, std::size_t size) {
  bio_.reserve(size + (size / kRecord + 2) * kRecordOverhead);
  BufferLease shared;
  std::size_t shared_size = 0;
  for (const iovec& part : parts) {
    std::string_view rest(static_cast<const char*>(part.iov_base), std::min(part.iov_len, size));
    size -= rest.size();
    while (!rest.empty()) {
      if (shared_size == 0 && (size == 0 || rest.size() >= kRecord)) {
        const std::size_t whole = size == 0 ? rest.size() : rest.size() - rest.size() % kRecord;
        if (!encrypt(rest.substr(0, whole))) return false;
        rest.remove_prefix(whole);
        continue;
      }
      if (!shared) shared = BufferPool::local().lease(kRecord);
      const std::size_t taken = std::min(rest.size(), kRecord - shared_size);
      std::memcpy(shared.data() + shared_size, rest.data(), taken);
      shared_size += taken;
      rest.remove_prefix(taken);
      if (shared_size < kRecord) continue;
      if (!encrypt(std::string_view(shared.data(), shared_size))) return false;
      shared_size = 0;
    }
  }
  return shared_size == 0 || encrypt(std::string_view(shared.data(), shared_size));
}

bool TlsStream::encrypt(std::string_view plaintext) {
  forget_openssl_errors();
  std::size_t written = 0;
  if (SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &written) == 1) return true;
  broken_ = true;
  return false;
}

IoResult TlsStream::flush() {
  IoResult sent = bio_.send();
  if (sent.done() && std::exchange(fin_when_flushed_, false)) ::shutdown(socket().fd(), SHUT_WR);
  return sent;
}

void TlsStream::shutdown_write() {
  ERR_clear_error();
  if (!broken_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  fin_when_flushed_ = true;
  flush();
}

// ---- Memory ----

void TlsStream::rest() {
  flush();
  SSL_set_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS);
  SSL_free_buffers(ssl_.get());
}

// Release mode costs an allocation per record; busy connections keep their buffers.
void TlsStream::wake() { SSL_clear_mode(ssl_.get(), SSL_MODE_RELEASE_BUFFERS); }

}  // namespace stickler::net
