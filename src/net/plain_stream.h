// SPDX-License-Identifier: MIT
// A stream without TLS: the socket itself.
#pragma once

#include "net/stream.h"

namespace stickler::net {

// Asked before each write whether it may still be made: so that not even a process that was frozen
// in the middle of a message goes on with it.
class WriteGuard {
 public:
  virtual bool may_write() const = 0;

 protected:
  ~WriteGuard() = default;
};

class PlainStream final : public Stream {
 public:
  explicit PlainStream(Socket socket) : Stream(std::move(socket)) {}

  IoResult try_read(char* data, std::size_t size) override;
  IoResult try_write(std::span<const iovec> parts) override;
  IoResult flush() override { return {}; }
  void shutdown_write() override;

  // From now on; null: nobody is asked. A write that is refused has failed with ECANCELED.
  void guard_writes(const WriteGuard* guard) { guard_ = guard; }
  bool may_write() const { return guard_ == nullptr || guard_->may_write(); }

 private:
  const WriteGuard* guard_ = nullptr;
};

}  // namespace stickler::net
