// SPDX-License-Identifier: MIT
// One client with a WebSocket tunnel through the proxy. Its piece of work is a message there and
// the echo back; each message says whose it is and which, so that a mix-up is seen.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "connection.h"
#include "frame.h"
#include "measure.h"
#include "pacer.h"

namespace stickler::bench {

class TunnelSession final : public Session {
 public:
  TunnelSession(Epoll& epoll, Pacer& pacer, Tally& tally, const Target& target, std::uint64_t id)
      : epoll_(epoll), pacer_(pacer), tally_(tally), target_(target), id_(id) {}

  void start(Clock::time_point intended) override;
  void on_ready(std::uint32_t events) override;

 private:
  //  connecting -> upgrading -> open; lost: stays out of the game, its tunnel is counted as wrong
  enum class Phase { connecting, upgrading, open, lost };

  void send_upgrade();
  void receive_upgrade();
  void send_message();
  void receive_echo();
  void lose(const std::string& why);

  Epoll& epoll_;
  Pacer& pacer_;
  Tally& tally_;
  const Target& target_;
  const std::uint64_t id_;
  std::optional<Connection> connection_;
  Phase phase_ = Phase::connecting;
  bool awaiting_echo_ = false;
  Clock::time_point intended_;
  std::uint64_t sequence_ = 0;
  std::string received_;
};

}  // namespace stickler::bench
