// SPDX-License-Identifier: MIT
// Where a body ends: applies a message's framing (RFC 9112 §6) to received bytes. Pure, in place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

#include "http/chunked.h"
#include "http/head.h"

namespace stickler::http {

class BodyReader {
 public:
  struct Step {
    std::size_t payload = 0;   // bytes of payload, now at the front of the buffer
    std::size_t consumed = 0;  // bytes of input used; what follows belongs to the next message
    bool failed = false;       // malformed; error() says how
  };

  void begin(BodyFraming framing) {
    framing_ = framing;
    remaining_ = framing.length;
    ended_ = framing.kind == BodyKind::none;
    if (framing.kind == BodyKind::chunked) chunks_.reset();
  }

  // The whole body has been seen.
  bool ended() const { return ended_; }
  const BodyFraming& framing() const { return framing_; }

  // At most this many bytes may be asked of the connection without reading into the next message;
  // for chunked bodies that cannot be known.
  std::uint64_t wanted() const {
    return framing_.kind == BodyKind::length ? remaining_
                                             : std::numeric_limits<std::uint64_t>::max();
  }

  Step feed(char* data, std::size_t size);

  // Bytes of a body of known length that were passed on unseen; fewer than wanted().
  void passed(std::uint64_t bytes) { remaining_ -= bytes; }

  // The peer has finished sending: true if that ends the body properly.
  bool finish() {
    if (framing_.kind == BodyKind::until_close) ended_ = true;
    return ended_;
  }

  // Of a chunked body that has ended; see ChunkedDecoder::trailers().
  std::string_view trailers() const {
    return framing_.kind == BodyKind::chunked ? chunks_.trailers() : std::string_view{};
  }
  const char* error() const { return chunks_.error(); }

 private:
  BodyFraming framing_;
  std::uint64_t remaining_ = 0;
  bool ended_ = true;
  ChunkedDecoder chunks_;
};

}  // namespace stickler::http
