// SPDX-License-Identifier: MIT
#include "proxy/tunnel.h"

#include <algorithm>
#include <memory>

#include "net/event_loop.h"
#include "net/read_buffer.h"
#include "net/write_all.h"

namespace stickler::proxy {
namespace {

// A tunnel that never runs dry gives way after so many steps.
constexpr int kStepsPerTurn = 4;
constexpr std::size_t kStep = 64 * 1024;
// Up to so much is a message that can wait for its turn among those of others.
constexpr std::size_t kMessage = 2048;
// After this silence a TLS side gives back what memory it can.
constexpr Duration kRestAfter = std::chrono::milliseconds(250);

// One direction. Knows no time and does not wait: pump() moves what can be moved now.
class Direction {
 public:
  Direction(net::Stream& from, net::Stream& to) : from_(from), to_(to) {}

  enum class Pumped : std::uint8_t {
    all,
    message,  // it has one that the next pump() sends (net/write_all.h, SendTurn)
    more,     // it would have gone on
  };
  // `others`: some are ready besides, so that a message can wait for theirs.
  Pumped pump(std::span<char> scratch, bool others);
  // Passes bytes on; what `to` does not take is kept until it does.
  void write(std::string_view bytes);
  // Passes on what is kept, if `to` takes it.
  void drain();

  bool failed() const { return state_ == State::read_failed || state_ == State::write_failed; }
  bool failed_reading() const { return state_ == State::read_failed; }
  // Everything has been passed on, the end included.
  bool ended() const { return state_ == State::ended && !blocked(); }
  std::uint64_t bytes() const { return bytes_; }

  // Where to wait until pump() can go on; null if there is nothing to wait for.
  net::WaitSlot* slot();

 private:
  enum class State : std::uint8_t { open, ended, read_failed, write_failed };

  bool blocked() const { return !pending_.empty() || unflushed_; }
  void keep(std::string_view bytes);
  void flush();

  net::Stream& from_;
  net::Stream& to_;
  net::ReadBuffer pending_;  // read, but not yet taken by `to_`
  std::uint64_t bytes_ = 0;
  State state_ = State::open;
  bool unflushed_ = false;  // taken by `to_`, but not yet by its socket
};

Direction::Pumped Direction::pump(std::span<char> scratch, bool others) {
  drain();
  for (int step = 0; step < kStepsPerTurn; ++step) {
    if (blocked() || state_ != State::open) return Pumped::all;
    net::IoResult got = from_.try_read(scratch.data(), std::min(scratch.size(), kStep));
    if (got.blocked()) return Pumped::all;
    if (got.done() && others && step == 0 && got.bytes <= kMessage) {
      keep({scratch.data(), got.bytes});
      return Pumped::message;
    }
    if (got.done()) {
      write({scratch.data(), got.bytes});
    } else if (got.eof()) {
      state_ = State::ended;
      to_.shutdown_write();
      flush();
    } else {
      state_ = State::read_failed;
    }
  }
  return Pumped::more;
}

void Direction::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};  // iovec is not const-correct
    net::IoResult sent = to_.try_write({&part, 1});
    if (sent.failed()) {
      state_ = State::write_failed;
      return;
    }
    if (sent.blocked()) break;
    bytes_ += sent.bytes;
    bytes.remove_prefix(sent.bytes);
  }
  if (!bytes.empty()) keep(bytes);
  flush();
}

void Direction::keep(std::string_view bytes) {
  pending_.reserve(bytes.size());
  bytes.copy(pending_.space(), bytes.size());
  pending_.received(bytes.size());
}

void Direction::drain() {
  if (!pending_.empty()) {
    net::ReadBuffer kept = std::move(pending_);
    write(kept.bytes());
  } else if (unflushed_) {
    flush();
  }
}

void Direction::flush() {
  net::IoResult flushed = to_.flush();
  unflushed_ = flushed.blocked();
  if (flushed.failed()) state_ = State::write_failed;
}

net::WaitSlot* Direction::slot() {
  if (blocked()) return &to_.socket().write_slot();
  return state_ == State::open ? &from_.socket().read_slot() : nullptr;
}

// Both directions and their time limits. Says what to do next; run_tunnel() waits.
class Tunnel {
 public:
  Tunnel(net::Stream& client, net::Stream& server, TunnelLimits limits, Service& service)
      : client_(client),
        service_(service),
        limits_(limits),
        up_(client, server),
        down_(server, client) {
    if (limits.age != kNoLimit) age_ = std::make_unique<net::TotalLimit>(limits.age, nullptr);
  }

  void send_early(std::string_view to_client, std::string_view to_server) {
    if (!to_client.empty()) down_.write(to_client);
    if (!to_server.empty()) up_.write(to_server);
  }

  // Moves what can be moved now; what either direction says, the one that would go on first.
  Direction::Pumped pump();
  bool over();

  // co_await: until either direction can go on or a limit has passed; then woken() says whether the
  // tunnel goes on.
  net::Wait wait();
  bool woken(net::Wake woke);

  TunnelEnd end();

 private:
  bool rests() const;

  net::Stream& client_;
  Service& service_;
  TunnelLimits limits_;
  Direction up_;
  Direction down_;
  std::unique_ptr<net::TotalLimit> age_;  // rarely asked for
  TunnelEnd end_;
  bool one_ended_ = false;
  bool resting_ = false;
};

Direction::Pumped Tunnel::pump() {
  const bool others = !net::EventLoop::current().ready().empty();
  auto up = up_.pump(service_.scratch(), others);
  auto down = down_.pump(service_.scratch(), others);
  return std::max(up, down);
}

// Who fails, or else who finishes first, has ended it.
bool Tunnel::over() {
  if (!one_ended_ && (up_.ended() || down_.ended())) {
    one_ended_ = true;
    end_.who = up_.ended() ? Who::client : Who::server;
  }
  if (up_.failed()) end_.who = up_.failed_reading() ? Who::client : Who::server;
  if (down_.failed()) end_.who = down_.failed_reading() ? Who::server : Who::client;
  end_.orderly = up_.ended() && down_.ended();
  return up_.failed() || down_.failed() || end_.orderly;
}

// Silence has two parts: a short one, then, with memory given back, the rest.
net::Wait Tunnel::wait() {
  net::WaitSlot* first = up_.slot();
  net::WaitSlot* second = down_.slot();
  if (age_ != nullptr) age_->guard(first != nullptr ? first : second);
  Duration limit = limits_.idle;
  if (rests() && !resting_) limit = kRestAfter;
  if (resting_ && limit != kNoLimit) limit -= kRestAfter;
  return net::Wait(false, first, second, limit);
}

bool Tunnel::rests() const {
  return client_.is_tls() && (limits_.idle == kNoLimit || limits_.idle > kRestAfter);
}

bool Tunnel::woken(net::Wake woke) {
  if (age_ != nullptr) age_->guard(nullptr);
  bool too_old = age_ != nullptr && age_->expired();
  if (!too_old && woke == net::Wake::timed_out && rests() && !resting_) {
    client_.rest();
    resting_ = true;
    return true;
  }
  if (resting_) client_.wake();
  resting_ = false;
  if (woke == net::Wake::ready && !too_old) return true;
  end_.why = Why::timed_out;
  end_.detail = too_old ? "the tunnel was open for too long (timeouts.tunnel_age)"
                        : "the tunnel was silent for too long (timeouts.tunnel)";
  return false;
}

// A message that waits for its turn is not lost because the other direction has failed.
TunnelEnd Tunnel::end() {
  up_.drain();
  down_.drain();
  end_.to_server = up_.bytes();
  end_.to_client = down_.bytes();
  return end_;
}

}  // namespace

// One frame for both directions: there may be thousands of idle tunnels.
net::Task<TunnelEnd> run_tunnel(net::Stream& client, net::Stream& server,
                                std::string_view to_client, std::string_view to_server,
                                TunnelLimits limits, Service& service) {
  Tunnel tunnel(client, server, limits, service);
  tunnel.send_early(to_client, to_server);
  for (;;) {
    const auto pumped = tunnel.pump();
    if (tunnel.over()) break;
    if (pumped == Direction::Pumped::more) {
      co_await net::Yield();
      continue;
    }
    if (pumped == Direction::Pumped::message) {
      co_await net::SendTurn();
      continue;
    }
    net::Wake woke = co_await tunnel.wait();
    if (!tunnel.woken(woke)) break;
  }
  co_return tunnel.end();
}

}  // namespace stickler::proxy
