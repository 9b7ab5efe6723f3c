// SPDX-License-Identifier: MIT
#include "net/plain_stream.h"

#include <sys/socket.h>

#include <cerrno>

#include "net/socket_calls.h"

namespace stickler::net {

IoResult PlainStream::try_read(char* data, std::size_t size) {
  if (!socket().maybe_readable()) return {IoResult::Kind::would_block};
  for (;;) {
    ssize_t got = receive(socket().fd(), data, size);
    if (got > 0) {
      auto bytes = static_cast<std::size_t>(got);
      if (bytes < size) socket().short_read();
      return {IoResult::Kind::done, bytes};
    }
    if (got == 0) return {IoResult::Kind::eof};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return {IoResult::Kind::failed, 0, errno};
    socket().drained();
    return {IoResult::Kind::would_block};
  }
}

IoResult PlainStream::try_write(std::span<const iovec> parts) {
  if (!socket().maybe_writable()) return {IoResult::Kind::would_block};
  if (!may_write()) return {IoResult::Kind::failed, 0, ECANCELED};
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data());  // sendmsg() does not write to it
  message.msg_iovlen = parts.size();
  for (;;) {
    ssize_t sent = parts.size() == 1 ? send(socket().fd(), parts[0].iov_base, parts[0].iov_len)
                                     : ::sendmsg(socket().fd(), &message, MSG_NOSIGNAL);
    if (sent >= 0) return {IoResult::Kind::done, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return {IoResult::Kind::failed, 0, errno};
    socket().filled();
    return {IoResult::Kind::would_block};
  }
}

void PlainStream::shutdown_write() { ::shutdown(socket().fd(), SHUT_WR); }

}  // namespace stickler::net
