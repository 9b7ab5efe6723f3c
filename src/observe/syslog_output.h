// SPDX-License-Identifier: MIT
// Access lines to a syslog daemon: datagrams over a Unix socket or UDP, streams over a Unix socket
// or TCP. Connects when there is something to say; while nobody takes it tries again, less and less
// often.
#pragma once

#include <string>

#include "net/address.h"
#include "net/fd.h"
#include "observe/access_message.h"
#include "observe/log_output.h"

namespace stickler::observe {

class SyslogOutput final : public LogOutput {
 public:
  SyslogOutput(const config::Syslog& settings, Framing framing);

  Duration write(std::string_view& messages) override;

 private:
  struct Sent {
    std::size_t bytes = 0;  // off the front of what was offered
    int error = 0;          // errno if it went no further
  };

  int connect();
  int connect_to(const net::Address& address);
  Sent send_stream(std::string_view messages);
  Sent send_datagrams(std::string_view messages);
  void take_off(std::string_view& messages, std::size_t sent);
  Duration disconnect(int error);

  const std::string address_;  // as configured
  const bool stream_;
  const Framing framing_;
  net::Fd socket_;
  std::size_t begun_ = 0;  // bytes of the first message that are out already, on a stream
  Duration pause_;         // before the next attempt
  bool complained_ = false;
};

}  // namespace stickler::observe
