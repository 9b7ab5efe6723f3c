// SPDX-License-Identifier: MIT
// Writing a whole flight to a stream, however slow its peer.
#pragma once

#include <array>
#include <string_view>

#include "base/units.h"
#include "net/plain_stream.h"
#include "net/splice_pipe.h"
#include "net/stream.h"
#include "net/task.h"

namespace stickler::net {

struct WriteResult {
  enum class Kind : std::uint8_t { done, failed, timed_out, cancelled };
  Kind kind = Kind::done;
  int error = 0;           // errno, with `failed`
  bool any_sent = false;   // whether the peer may have seen any of it
  bool waited = false;     // the peer was slower than we
  std::size_t unsent = 0;  // bytes of the flight, unless done

  bool done() const { return kind == Kind::done; }
};

// What goes out together, in order: a head, a body, its end. Any may be empty.
using Flight = std::array<std::string_view, 3>;

// Up to here copying a body behind its head is cheaper than a second part in the system call.
inline constexpr std::size_t kCheaplyCopied = 4096;

// Writes and flushes a flight as far as that is possible without a wait. True if that was all of
// it, or failed; false if the peer is slower: then write_rest() goes on with what is left in
// `flight`, which it copies first, so the parts may lie in memory that belongs to the worker.
// `limit` is the longest the peer may take nothing.
bool write_at_once(Stream& stream, Flight& flight, WriteResult& result);
Task<WriteResult> write_rest(Stream& stream, Flight flight, WriteResult begun, Duration limit);

// Both.
Task<WriteResult> write_all(Stream& stream, Flight flight, Duration limit);

// The same with what is in the pipe, which is empty before the first wait.
Task<WriteResult> write_all(PlainStream& stream, SplicePipe& pipe, Duration limit);

}  // namespace stickler::net
