// SPDX-License-Identifier: MIT
// stickler clear-table: makes the running program forget keys of a stick table, and says how many
// these were.
#pragma once

#include <optional>
#include <string>

#include "app/command_runtime.h"

namespace stickler::app {

struct ClearOptions {
  std::string table;
  // One of them, or neither: all keys.
  std::optional<std::string> key;
  std::optional<std::string> server;
};

// Exit codes: 0 done, 1 refused, 3 no running Stickler found.
int command_clear_table(const RunningProgram& program, const ClearOptions& options);

}  // namespace stickler::app
