// SPDX-License-Identifier: MIT
// Where access lines go. Belongs to the one thread that writes them; every failure is said in the
// program's log, once until it is over.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "config/config.h"

namespace stickler::observe {

class LogOutput {
 public:
  virtual ~LogOutput() = default;

  // Takes whole messages off the front of `messages`, as many as go out now. Returns how long to
  // wait before the rest is tried; zero if nothing is left. May block for a second or so.
  virtual Duration write(std::string_view& messages) = 0;

  // The file has been moved away: begins a new one.
  virtual void reopen() {}
};

using OpenedLog = std::unique_ptr<LogOutput>;

// For settings that have been checked; null if nothing is wanted. Fails with a sentence: the file
// cannot be opened.
Result<OpenedLog, std::string> open_log_output(const config::Log& log);

}  // namespace stickler::observe
