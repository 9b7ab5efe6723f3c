// SPDX-License-Identifier: MIT
// Signals as something a coroutine on the control loop waits for: they interrupt nothing.
#pragma once

#include <initializer_list>
#include <optional>

#include "net/socket.h"
#include "net/task.h"

namespace stickler::app {

// Before any thread starts: blocks these signals in all threads to come, and ignores SIGPIPE.
void block_signals(std::initializer_list<int> signals);

class SignalReader {
 public:
  // On the control thread; `signals` must be blocked.
  explicit SignalReader(std::initializer_list<int> signals);

  // The next one; nothing if the wait was ended by cancel().
  net::Task<std::optional<int>> next();
  void cancel() { socket_.cancel_read(); }

 private:
  net::Socket socket_;
};

}  // namespace stickler::app
