// SPDX-License-Identifier: MIT
// A non-blocking socket on the loop of its thread. Registered with libevent once, edge-triggered,
// for both directions and the peer's close; after that no wait costs a system call.
#pragma once

#include <event2/event_struct.h>

#include <memory>

#include "base/units.h"
#include "net/fd.h"
#include "net/wait.h"

namespace stickler::net {

class Socket {
 public:
  Socket() = default;
  // Takes over a descriptor that is already non-blocking: connected, connecting or listening.
  explicit Socket(Fd fd);

  int fd() const { return state_->event.ev_fd; }
  bool open() const { return state_ != nullptr; }
  // Nobody may be waiting.
  void close() { state_.reset(); }

  // co_await: until the socket may be readable (writable), the limit has passed (Wake::timed_out)
  // or cancel_read() (cancel_write()) is called. Returns at once if something came since drained()
  // (filled()). A limit of zero is none.
  Wait readable(Duration limit) {
    return Wait(state_->read_ready, &state_->reader, nullptr, limit);
  }
  Wait writable(Duration limit) {
    return Wait(state_->write_ready, &state_->writer, nullptr, limit);
  }
  // As readable(), but trusts a short read to have found everything: for a socket between two
  // messages, where asking again would cost a system call per request. A reset that arrived
  // together with the last bytes goes unseen until the next write, so never wait like this inside a
  // message.
  Wait next_event(Duration limit, Turn turn = Turn::goes_on) {
    return Wait(!looks_drained(), &state_->reader, nullptr, limit, turn);
  }

  // Ends a wait with Wake::cancelled (or another reason); does nothing if nobody waits.
  void cancel_read(Wake reason = Wake::cancelled);
  void cancel_write(Wake reason = Wake::cancelled);

  // I/O reports: the socket gave would_block; a read got less than it asked for.
  void drained() { state_->read_ready = false; }
  void short_read() { state_->short_read = true; }
  void filled() { state_->write_ready = false; }

  bool maybe_readable() const { return state_->read_ready; }
  bool maybe_writable() const { return state_->write_ready; }
  bool looks_drained() const {
    return !state_->read_ready || (state_->short_read && !state_->peer_closed);
  }

  // The peer is gone for good: reset, or both directions closed. A half-close alone is not. One
  // system call.
  bool peer_gone() const;

  WaitSlot& read_slot() { return state_->reader; }
  WaitSlot& write_slot() { return state_->writer; }

 private:
  // Of many idle connections each byte counts.
  struct State {
    explicit State(Fd descriptor);
    ~State();
    static void on_event(int fd, short what, void* self);

    struct event event;  // its descriptor is ours
    WaitSlot reader = nullptr;
    WaitSlot writer = nullptr;
    bool read_ready = true;
    bool write_ready = true;
    bool short_read = false;
    bool peer_closed = false;  // the peer has sent FIN; libevent's EV_CLOSED
  };
  std::unique_ptr<State> state_;  // its address is known to libevent
};

// Until one of two slots is woken: a tunnel that waits for both of its sides. The caller has made
// sure that neither is ready.
inline Wait either(WaitSlot& first, WaitSlot& second, Duration limit) {
  return Wait(false, &first, &second, limit);
}

}  // namespace stickler::net
