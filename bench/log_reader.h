// SPDX-License-Identifier: MIT
// Takes syslog datagrams and forgets them, for programs whose access log goes to a daemon.
#pragma once

#include "sys.h"

namespace stickler::bench {

class LogReader final : public Watcher {
 public:
  // At a port of loopback that the system gives.
  explicit LogReader(Epoll& epoll);

  [[nodiscard]] unsigned port() const { return port_; }

  void on_ready(std::uint32_t events) override;

 private:
  Fd socket_;
  unsigned port_ = 0;
};

}  // namespace stickler::bench
