// SPDX-License-Identifier: MIT
// Bytes both ways after a 101 (RFC 9110 §7.8), until both sides have finished or a limit passes. An
// idle tunnel owns no buffer; one coroutine serves both directions.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "net/read_buffer.h"
#include "net/stream.h"
#include "net/wait.h"
#include "proxy/failure.h"

namespace stickler::proxy {

struct TunnelLimits {
  Duration idle;  // not a byte either way
  Duration age;   // its whole life
};

struct TunnelEnd {
  Who who = Who::client;  // who ended it, or was too slow
  Why why = Why::closed;
  bool orderly = false;     // both sides have finished, one after the other
  bool cut = false;         // by cut()
  std::string_view detail;  // which limit ended it; empty otherwise
  std::uint64_t to_client = 0;
  std::uint64_t to_server = 0;
};

// One direction. Knows no time and does not wait: pump() moves what can be moved now.
class TunnelDirection {
 public:
  enum class Pumped : std::uint8_t {
    all,
    message,  // it has one that the next pump() sends (net/wait.h, send_turn())
    more,     // it would have gone on
  };
  // `others`: some are ready besides, so that a message can wait for theirs.
  Pumped pump(net::Stream& from, net::Stream& to, std::span<char> scratch, bool others);
  // Passes bytes on; what `to` does not take is kept until it does.
  void write(net::Stream& to, std::string_view bytes);
  // Passes on what is kept, if `to` takes it.
  void drain(net::Stream& to);

  bool failed() const { return state_ == State::read_failed || state_ == State::write_failed; }
  bool failed_reading() const { return state_ == State::read_failed; }
  // Everything has been passed on, the end included.
  bool ended() const { return state_ == State::ended && !blocked(); }
  std::uint64_t bytes() const { return bytes_; }

  // Where to wait until pump() can go on; null if there is nothing to wait for.
  net::WaitSlot* slot(net::Stream& from, net::Stream& to) const;

 private:
  enum class State : std::uint8_t { open, ended, read_failed, write_failed };

  bool blocked() const { return !pending_.empty() || unflushed_; }
  void keep(std::string_view bytes);
  void flush(net::Stream& to);

  net::ReadBuffer pending_;  // read, but not yet taken
  std::uint64_t bytes_ = 0;
  State state_ = State::open;
  bool unflushed_ = false;  // taken by the stream, but not yet by its socket
};

// Both directions and their time limits:
//     while (tunnel.goes_on(woke, scratch)) woke = co_await tunnel.wait();
// The streams must outlive it.
class Tunnel {
 public:
  Tunnel(net::Stream& client, net::Stream& server, TunnelLimits limits);

  // Bytes that came before the tunnel was there, and go first.
  void send_early(std::string_view to_client, std::string_view to_server);
  // Moves what can be moved now, after a wait that ended so. False: it is over.
  bool goes_on(net::Wake woke, std::span<char> scratch);
  // Until either direction can go on, or a limit has passed.
  net::Wait wait();
  // Ends it soon.
  void cut();
  // Once it is over.
  TunnelEnd end();

 private:
  using Pumped = TunnelDirection::Pumped;
  enum class Limit : std::uint8_t { none, idle, age };

  bool in_time(net::Wake woke);
  bool over();
  bool rests() const;

  net::Stream& client_;
  net::Stream& server_;
  TunnelLimits limits_;
  TunnelDirection up_;
  TunnelDirection down_;
  std::unique_ptr<net::TotalLimit> age_;  // rarely asked for
  Limit passed_ = Limit::none;            // what ended it
  Who ended_by_ = Who::client;
  Pumped pumped_ = Pumped::all;
  bool one_ended_ = false;
  bool resting_ = false;
  bool cut_ = false;
};

}  // namespace stickler::proxy
