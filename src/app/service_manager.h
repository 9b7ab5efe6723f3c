// SPDX-License-Identifier: MIT
// What we tell the service manager that started us, in the datagrams of sd_notify(3): that we are
// ready, reload, stop, are alive. Nobody is told anything where nobody listens. Control thread.
#pragma once

#include <sys/un.h>

#include <string>
#include <string_view>

#include "base/units.h"
#include "net/fd.h"

namespace stickler::app {

class ServiceManager {
 public:
  // Nobody.
  ServiceManager() = default;
  // `socket` is a path, or "@name" for Linux's abstract sockets; empty is nobody. A manager that
  // hears nothing for `watchdog` takes us for hung; zero if it does not listen for that.
  explicit ServiceManager(std::string_view socket, Duration watchdog = kNoLimit);
  // As systemd says it: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  static ServiceManager from_environment();

  Duration watchdog() const { return watchdog_; }

  // All that is served is served; also the end of reloading(). `status` is a sentence for people.
  void ready(std::string_view status) const;
  // The configuration is being read again; ready() must follow, whether it was good or not.
  void reloading() const;
  // The end has begun. It takes `within` at most: asks that we not be killed before that.
  void stopping(std::string_view status, Duration within) const;
  // A sign of life. Whether the manager has got it.
  bool alive() const;

 private:
  bool send(std::string_view message) const;

  sockaddr_un address_{};
  socklen_t address_size_ = 0;
  net::Fd fd_;  // kept open: there may be no descriptor left when a sign of life is due
  Duration watchdog_ = kNoLimit;
};

}  // namespace stickler::app
