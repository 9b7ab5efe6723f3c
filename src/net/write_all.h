// SPDX-License-Identifier: MIT
// Writing a whole flight to a stream, however slow its peer.
#pragma once

#include <array>
#include <coroutine>
#include <string_view>

#include "base/units.h"
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

// Writes and flushes a flight. `limit` is the longest the peer may take nothing. What cannot be
// sent at once is copied before the first wait, so the parts may lie in memory that belongs to the
// worker.
Task<WriteResult> write_all(Stream& stream, Flight flight, Duration limit);

// Lets the loop and the other coroutines have their turn before going on.
class Yield : private Waiter {
 public:
  Yield() : Waiter(&resume) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept;
  void await_resume() const noexcept {}

 private:
  static void resume(Waiter& waiter);
  std::coroutine_handle<> waiting_;
};

// Before a message: lets all others who are ready in this turn read first, so that the messages of
// a turn go out one behind the other. A peer that sleeps is woken by the first then and finds the
// others when it has dealt with that; woken for each, it costs us a wake-up for each, which is dear
// on a virtual machine. Does not suspend if nobody else is ready.
class SendTurn : private Waiter {
 public:
  SendTurn() : Waiter(&resume) {}
  bool await_ready() const noexcept;
  void await_suspend(std::coroutine_handle<> waiting) noexcept;
  void await_resume() const noexcept {}

 private:
  static void resume(Waiter& waiter);
  std::coroutine_handle<> waiting_;
};

}  // namespace stickler::net
