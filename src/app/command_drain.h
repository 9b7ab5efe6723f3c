// SPDX-License-Identifier: MIT
// stickler drain: gives a server no new sessions, and, if asked to, waits until nobody is left
// there, saying meanwhile how many are and when the last will have gone.
#pragma once

#include <string>

#include "app/command_runtime.h"

namespace stickler::app {

struct DrainOptions {
  std::string server;
  std::string within;  // "30m": then those who are left are moved; "" : they may stay
  bool wait = false;
  std::string wait_for;  // "10m": then waiting ends though somebody is left; "" : it does not
};

// Exit codes: 0 done (and, if it waited, nobody is left), 1 refused, 3 no running Stickler found, 4
// waited, and somebody is left.
int command_drain(const RunningProgram& program, const DrainOptions& options);

}  // namespace stickler::app
