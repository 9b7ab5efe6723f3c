// SPDX-License-Identifier: MIT
// The client's end of the runtime socket: one command, its answer. Blocks; no loop needed.
#pragma once

#include <string>

#include "base/result.h"

namespace stickler::app {

// What went wrong, and whether it is that nobody listens there.
struct RuntimeFailure {
  bool nobody_there = false;
  std::string text;
};

// `line` without its end. The answer is without the empty line that ends it.
Result<std::string, RuntimeFailure> ask_runtime(const std::string& socket, const std::string& line);

}  // namespace stickler::app
