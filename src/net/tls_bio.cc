// SPDX-License-Identifier: MIT
#include "net/tls_bio.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "net/socket_calls.h"

namespace stickler::net {
namespace {

// Four records of the largest size: what a fast sender has in flight when we come to read.
constexpr std::size_t kStage = 65536;
// For who has room for it: each recv() that makes room wakes a sender that waits for some.
constexpr std::size_t kLargeStage = 262144;

TlsBio& owner_of(BIO* bio) { return *static_cast<TlsBio*>(BIO_get_data(bio)); }

}  // namespace

void TlsBio::attach(SSL* ssl) {
  BIO* bio = BIO_new(method());
  ASSERT(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl, bio, bio);
}

BIO_METHOD* TlsBio::method() {
  static const std::unique_ptr<BIO_METHOD, FreeWith<BIO_meth_free>> kMethod = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stickler");
    ASSERT(made != nullptr);
    BIO_meth_set_read_ex(made, &TlsBio::on_read);
    BIO_meth_set_write_ex(made, &TlsBio::on_write);
    BIO_meth_set_ctrl(made, &TlsBio::on_control);
    return std::unique_ptr<BIO_METHOD, FreeWith<BIO_meth_free>>(made);
  }();
  return kMethod.get();
}

int TlsBio::on_read(BIO* bio, char* data, std::size_t size, std::size_t* got) {
  TlsBio& self = owner_of(bio);
  BIO_clear_retry_flags(bio);
  if (self.input_refused_) return -1;
  if (!self.has_input() && !self.receive()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  *got = std::min(size, self.input_end_ - self.input_begin_);
  std::memcpy(data, self.input_.data() + self.input_begin_, *got);
  self.input_begin_ += *got;
  return 1;
}

int TlsBio::on_write(BIO* bio, const char* data, std::size_t size, std::size_t* taken) {
  TlsBio& self = owner_of(bio);
  BIO_clear_retry_flags(bio);
  if (!self.reserve(size)) return -1;
  std::memcpy(self.output_.data() + self.output_end_, data, size);
  self.output_end_ += size;
  *taken = size;
  return 1;
}

// OpenSSL flushes after each flight; we send when it has returned. It asks for much else (kTLS,
// datagrams) that does not exist here.
long TlsBio::on_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// One recv() into the empty stage, of no more than there is room for behind it: what the reader
// does not take is kept while it does other things.
bool TlsBio::receive() {
  if (peer_finished_ || receive_error_ != 0 || !socket_.maybe_readable()) return false;
  const std::size_t most = std::clamp(room_, kStage, kLargeStage);
  if (input_.size() < most) input_ = BufferPool::local().lease(most);
  input_begin_ = input_end_ = 0;
  for (;;) {
    ssize_t got = net::receive(socket_.fd(), input_.data(), most);
    if (got > 0) {
      input_end_ = static_cast<std::size_t>(got);
      if (input_end_ < most) socket_.short_read();
      return true;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) {
      peer_finished_ = true;
    } else if (errno == EAGAIN) {
      socket_.drained();
    } else {
      receive_error_ = errno;
    }
    return false;
  }
}

void TlsBio::release_input() {
  if (!has_input()) input_.reset();
}

bool TlsBio::reserve(std::size_t bytes) {
  if (output_end_ + bytes <= output_.size()) return true;
  const std::size_t held = unsent();
  if (held + bytes > kUnsentMax) return false;
  if (held + bytes <= output_.size()) {
    std::memmove(output_.data(), output_.data() + output_begin_, held);
  } else {
    BufferLease larger = BufferPool::local().lease(held + bytes);
    if (held > 0) std::memcpy(larger.data(), output_.data() + output_begin_, held);
    output_ = std::move(larger);
  }
  output_begin_ = 0;
  output_end_ = held;
  return true;
}

IoResult TlsBio::send() {
  while (unsent() > 0) {
    if (!socket_.maybe_writable()) return {IoResult::Kind::would_block};
    ssize_t sent = net::send(socket_.fd(), output_.data() + output_begin_, unsent());
    if (sent >= 0) {
      output_begin_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      socket_.filled();
    } else if (errno != EINTR) {
      return {IoResult::Kind::failed, 0, errno};
    }
  }
  output_.reset();
  output_begin_ = output_end_ = 0;
  return {};
}

}  // namespace stickler::net
