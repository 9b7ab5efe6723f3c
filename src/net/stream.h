// SPDX-License-Identifier: MIT
// A byte stream over a socket, plain or TLS: the interface with two implementations.
//
// I/O is tried first and waited for only after would_block:
//     for (;;) {
//       IoResult got = stream.try_read(data, size);
//       if (!got.blocked()) break;
//       Wake woke = co_await stream.socket().readable(limit);
//       if (woke != Wake::ready) ...
//     }
// One thread, the loop's. At most one reader and one writer wait at a time.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "net/socket.h"

namespace stickler::net {

struct IoResult {
  enum class Kind : std::uint8_t { done, would_block, eof, failed };
  Kind kind = Kind::done;
  std::size_t bytes = 0;  // with `done`
  int error = 0;          // errno, with `failed`; EPROTO for a TLS failure

  bool done() const { return kind == Kind::done; }
  bool blocked() const { return kind == Kind::would_block; }
  bool eof() const { return kind == Kind::eof; }
  bool failed() const { return kind == Kind::failed; }
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Reads what is there, up to `size`; `eof` when the peer has finished sending (FIN,
  // close_notify). A TLS stream whose peer sends FIN without close_notify also reports eof
  // (`truncated()` tells).
  virtual IoResult try_read(char* data, std::size_t size) = 0;

  // Takes bytes of `parts` in order; `done` says how many in all, less than offered when the peer
  // is slow. A TLS stream may hold taken bytes back as ciphertext until flush().
  virtual IoResult try_write(std::span<const iovec> parts) = 0;

  // Sends what try_write() holds back: `done` when nothing is left. Plain streams hold nothing
  // back.
  virtual IoResult flush() = 0;

  // Nothing more will be written: FIN, after a TLS close_notify. What is held back is sent if the
  // socket takes it at once. Reading goes on.
  virtual void shutdown_write() = 0;

  // Hints: the connection goes idle (give memory back), or works again.
  virtual void rest() {}
  virtual void wake() {}

  // Whether decrypted or buffered bytes are there, so that try_read() will not block though the
  // socket stays silent.
  virtual bool has_buffered_input() const { return false; }

  virtual bool is_tls() const { return false; }

  Socket& socket() { return socket_; }
  const Socket& socket() const { return socket_; }

 protected:
  explicit Stream(Socket socket) : socket_(std::move(socket)) {}

 private:
  Socket socket_;
};

}  // namespace stickler::net
