// SPDX-License-Identifier: MIT
// stickler show: what the running program knows of itself, as tables for people or JSON for
// scripts. It is asked at its runtime socket.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_runtime.h"

namespace stickler::app {

// One thing to be shown: "servers", and a sentence about it.
struct Shown {
  std::string_view name;
  std::string_view sentence;
};
std::span<const Shown> all_shown();

// Exit codes: 0 here it is, 1 refused, 3 no running Stickler found.
int command_show(const RunningProgram& program, std::string_view name, bool json);

}  // namespace stickler::app
