// SPDX-License-Identifier: MIT
// A stream without TLS: the socket itself.
#pragma once

#include "net/stream.h"

namespace stickler::net {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : Stream(std::move(socket)) {}

  IoResult try_read(char* data, std::size_t size) override;
  IoResult try_write(std::span<const iovec> parts) override;
  IoResult flush() override { return {}; }
  void shutdown_write() override;
};

}  // namespace stickler::net
