// SPDX-License-Identifier: MIT
// A port of 127.0.0.1 that stays ours while nobody listens on it: clients are refused then, and no
// other program's connection can be given the port meanwhile. For the demo's servers. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/fd.h"

namespace stickler::app {

class HeldPort {
 public:
  // So many ports that were free; a sentence if the system has none, or no descriptors for them.
  static Result<std::vector<HeldPort>, std::string> hold(std::size_t count);

  unsigned number() const { return number_; }

  // A socket that accepts connections until it is closed; none if the system refuses.
  net::Fd listen() const;

 private:
  HeldPort(net::Fd bound, unsigned number) : bound_(std::move(bound)), number_(number) {}

  net::Fd bound_;
  unsigned number_;
};

// The port that a bound socket has.
unsigned port_of(const net::Fd& bound);

}  // namespace stickler::app
