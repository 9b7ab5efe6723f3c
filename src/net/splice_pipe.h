// SPDX-License-Identifier: MIT
// Bytes on their way from one plain socket to another that never come into this process's memory
// (splice(2)): for large bodies, which would be copied twice else.
//
// A worker needs one, as it needs one piece of scratch memory: whoever fills it empties it before
// the next wait. The process must ignore SIGPIPE, which splice(2) cannot be told not to send.
#pragma once

#include <cstddef>

#include "net/fd.h"
#include "net/plain_stream.h"

namespace stickler::net {

class SplicePipe {
 public:
  // Of the two ends of a pipe that do not block.
  SplicePipe(Fd read, Fd write);

  // The calling thread's, made when it is first asked for; null if no descriptor was free then, or
  // once the system has refused to splice.
  static SplicePipe* local();

  // Takes up to `most` bytes that are there; as Stream::try_read(); `done` with none if
  // the system refuses. It must be empty.
  IoResult fill(PlainStream& from, std::size_t most);
  // Passes on what `to` takes; as Stream::try_write(); the system's refusal is told as
  // `would_block`. If it fails the rest is gone.
  IoResult empty_into(PlainStream& to);
  // The bytes in it.
  std::size_t held() const { return held_; }
  // Takes them all out, into memory of that size.
  void take_out(char* into);
  // Nobody wants them.
  void forget();

 private:
  Fd read_;
  Fd write_;
  std::size_t held_ = 0;
};

}  // namespace stickler::net
