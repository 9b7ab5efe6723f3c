// SPDX-License-Identifier: MIT
#include "proxy/tunnel.h"

#include <sys/socket.h>

#include <algorithm>

#include "net/event_loop.h"

namespace stickler::proxy {
namespace {

// A tunnel that never runs dry gives way after so many steps.
constexpr int kStepsPerTurn = 4;
constexpr std::size_t kStep = 64 * 1024;
// Up to so much is a message that can wait for its turn among those of others.
constexpr std::size_t kMessage = 2048;
// After this silence a TLS side gives back what memory it can.
constexpr Duration kRestAfter = std::chrono::milliseconds(250);

}  // namespace

TunnelDirection::Pumped TunnelDirection::pump(net::Stream& from, net::Stream& to,
                                              std::span<char> scratch, bool others) {
  drain(to);
  for (int step = 0; step < kStepsPerTurn; ++step) {
    if (blocked() || state_ != State::open) return Pumped::all;
    net::IoResult got = from.try_read(scratch.data(), std::min(scratch.size(), kStep));
    if (got.blocked()) return Pumped::all;
    if (got.done() && others && step == 0 && got.bytes <= kMessage) {
      keep({scratch.data(), got.bytes});
      return Pumped::message;
    }
    if (got.done()) {
      write(to, {scratch.data(), got.bytes});
    } else if (got.eof()) {
      state_ = State::ended;
      to.shutdown_write();
      flush(to);
    } else {
      state_ = State::read_failed;
    }
  }
  return Pumped::more;
}

void TunnelDirection::write(net::Stream& to, std::string_view bytes) {
  while (!bytes.empty()) {
    const iovec part{const_cast<char*>(bytes.data()), bytes.size()};  // iovec is not const-correct
    net::IoResult sent = to.try_write({&part, 1});
    if (sent.failed()) {
      state_ = State::write_failed;
      return;
    }
    if (sent.blocked()) break;
    bytes_ += sent.bytes;
    bytes.remove_prefix(sent.bytes);
  }
  if (!bytes.empty()) keep(bytes);
  flush(to);
}

void TunnelDirection::keep(std::string_view bytes) {
  pending_.reserve(bytes.size());
  bytes.copy(pending_.space(), bytes.size());
  pending_.received(bytes.size());
}

void TunnelDirection::drain(net::Stream& to) {
  if (!pending_.empty()) {
    net::ReadBuffer kept = std::move(pending_);
    write(to, kept.bytes());
  } else if (unflushed_) {
    flush(to);
  }
}

void TunnelDirection::flush(net::Stream& to) {
  net::IoResult flushed = to.flush();
  unflushed_ = flushed.blocked();
  if (flushed.failed()) state_ = State::write_failed;
}

net::WaitSlot* TunnelDirection::slot(net::Stream& from, net::Stream& to) const {
  if (blocked()) return &to.socket().write_slot();
  return state_ == State::open ? &from.socket().read_slot() : nullptr;
}

Tunnel::Tunnel(net::Stream& client, net::Stream& server, TunnelLimits limits)
    : client_(client), server_(server), limits_(limits) {
  if (limits.age != kNoLimit) age_ = std::make_unique<net::TotalLimit>(limits.age, nullptr);
}

void Tunnel::send_early(std::string_view to_client, std::string_view to_server) {
  if (!to_client.empty()) down_.write(client_, to_client);
  if (!to_server.empty()) up_.write(server_, to_server);
}

bool Tunnel::goes_on(net::Wake woke, std::span<char> scratch) {
  if (!in_time(woke)) return false;
  const bool others = net::EventLoop::current().ready().others_ready();
  const Pumped up = up_.pump(client_, server_, scratch, others);
  const Pumped down = down_.pump(server_, client_, scratch, others);
  pumped_ = std::max(up, down);  // of what either says, the one that would go on first
  return !over();
}

// Who fails, or else who finishes first, has ended it.
bool Tunnel::over() {
  if (!one_ended_ && (up_.ended() || down_.ended())) {
    one_ended_ = true;
    ended_by_ = up_.ended() ? Who::client : Who::server;
  }
  if (up_.failed()) ended_by_ = up_.failed_reading() ? Who::client : Who::server;
  if (down_.failed()) ended_by_ = down_.failed_reading() ? Who::server : Who::client;
  return up_.failed() || down_.failed() || (up_.ended() && down_.ended());
}

// Silence has two parts: a short one, then, with memory given back, the rest.
net::Wait Tunnel::wait() {
  if (pumped_ == Pumped::more) return net::yield();
  if (pumped_ == Pumped::message) return net::send_turn();
  net::WaitSlot* first = up_.slot(client_, server_);
  net::WaitSlot* second = down_.slot(server_, client_);
  if (age_ != nullptr) age_->guard(first != nullptr ? first : second);
  Duration limit = limits_.idle;
  if (rests() && !resting_) limit = kRestAfter;
  if (resting_ && limit != kNoLimit) limit -= kRestAfter;
  return net::Wait(false, first, second, limit);
}

bool Tunnel::rests() const {
  return client_.is_tls() && (limits_.idle == kNoLimit || limits_.idle > kRestAfter);
}

bool Tunnel::in_time(net::Wake woke) {
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
  passed_ = too_old ? Limit::age : Limit::idle;
  return false;
}

void Tunnel::cut() {
  cut_ = true;
  ::shutdown(client_.socket().fd(), SHUT_RDWR);
  ::shutdown(server_.socket().fd(), SHUT_RDWR);
}

// A message that waits for its turn is not lost because the other direction has failed.
TunnelEnd Tunnel::end() {
  up_.drain(server_);
  down_.drain(client_);
  TunnelEnd end;
  end.who = ended_by_;
  end.why = passed_ == Limit::none ? Why::closed : Why::timed_out;
  end.orderly = up_.ended() && down_.ended();
  end.cut = cut_;
  if (passed_ == Limit::age) end.detail = "the tunnel was open for too long (timeouts.tunnel_age)";
  if (passed_ == Limit::idle) end.detail = "the tunnel was silent for too long (timeouts.tunnel)";
  end.to_server = up_.bytes();
  end.to_client = down_.bytes();
  return end;
}

}  // namespace stickler::proxy
