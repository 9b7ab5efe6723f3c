// SPDX-License-Identifier: MIT
#include "net/write_all.h"

#include <sys/uio.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

#include "net/buffer_pool.h"

namespace stickler::net {
namespace {

std::size_t total_size(const Flight& flight) {
  return flight[0].size() + flight[1].size() + flight[2].size();
}

// Drops `count` sent bytes from the front.
void drop_sent(Flight& flight, std::size_t count) {
  for (std::string_view& part : flight) {
    std::size_t of_part = std::min(count, part.size());
    part.remove_prefix(of_part);
    count -= of_part;
  }
}

IoResult try_flight(Stream& stream, const Flight& flight) {
  std::array<iovec, std::tuple_size_v<Flight>> parts;
  std::size_t count = 0;
  for (std::string_view part : flight) {
    if (part.empty()) continue;
    parts[count++] = {const_cast<char*>(part.data()), part.size()};  // iovec is not const-correct
  }
  return stream.try_write(std::span(parts).first(count));
}

// One try at everything: `done` with nothing left in the flight, or why not.
IoResult try_all(Stream& stream, Flight& flight, bool& any_sent) {
  while (total_size(flight) > 0) {
    IoResult sent = try_flight(stream, flight);
    if (!sent.done()) return sent;
    any_sent = true;
    drop_sent(flight, sent.bytes);
  }
  return stream.flush();
}

// Moves what is left into memory of our own.
BufferLease keep_rest(Flight& flight) {
  BufferLease kept = BufferPool::local().lease(total_size(flight));
  char* at = kept.data();
  for (std::string_view part : flight) {
    if (part.empty()) continue;
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  flight = {std::string_view(kept.data(), at), {}, {}};
  return kept;
}

// `kept`: the memory of ours in which the flight lies.
Task<WriteResult> write_kept(Stream& stream, Flight flight, BufferLease kept, WriteResult result,
                             Duration limit) {
  result.waited = true;
  do {
    Wake woke = co_await stream.socket().writable(limit);
    if (woke != Wake::ready) {
      result.kind =
          woke == Wake::timed_out ? WriteResult::Kind::timed_out : WriteResult::Kind::cancelled;
      result.unsent = total_size(flight);
      break;
    }
  } while (!write_at_once(stream, flight, result));
  kept.reset();
  co_return result;
}

}  // namespace

bool write_at_once(Stream& stream, Flight& flight, WriteResult& result) {
  IoResult sent = try_all(stream, flight, result.any_sent);
  if (sent.blocked()) return false;
  if (!sent.done()) {
    result.kind = WriteResult::Kind::failed;
    result.error = sent.error;
  }
  result.unsent = total_size(flight);
  return true;
}

Task<WriteResult> write_rest(Stream& stream, Flight flight, WriteResult begun, Duration limit) {
  // A flight that a TLS stream has taken may wait for its flush only.
  BufferLease kept = total_size(flight) > 0 ? keep_rest(flight) : BufferLease();
  return write_kept(stream, flight, std::move(kept), begun, limit);
}

Task<WriteResult> write_all(Stream& stream, Flight flight, Duration limit) {
  WriteResult result;
  if (write_at_once(stream, flight, result)) co_return result;
  co_return co_await write_rest(stream, flight, result, limit);
}

Task<WriteResult> write_all(PlainStream& stream, SplicePipe& pipe, Duration limit) {
  WriteResult result;
  while (pipe.held() > 0) {
    const std::size_t held = pipe.held();
    IoResult sent = pipe.empty_into(stream);
    if (sent.failed()) {
      result.kind = WriteResult::Kind::failed;
      result.error = sent.error;
      result.unsent = held;
      co_return result;
    }
    if (sent.blocked()) break;
    result.any_sent = true;
  }
  if (pipe.held() == 0) co_return result;
  const std::size_t left = pipe.held();
  BufferLease kept = BufferPool::local().lease(left);
  pipe.take_out(kept.data());
  Flight flight{std::string_view(kept.data(), left), {}, {}};
  co_return co_await write_kept(stream, flight, std::move(kept), result, limit);
}

}  // namespace stickler::net
