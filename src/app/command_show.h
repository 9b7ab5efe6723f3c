// SPDX-License-Identifier: MIT
// stickler show: what the running program knows of itself, as tables for people or JSON for
// scripts. It is asked at its runtime socket.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/command_runtime.h"

namespace stickler::app {

// One thing to be shown: "servers", and a sentence about it.
struct Shown {
  enum class Of {
    all,
    table,    // one, which must be named; and a key may be
    cluster,  // one if it is named, else all
  };
  std::string_view name;
  std::string_view sentence;
  Of of = Of::all;
};
std::span<const Shown> all_shown();

struct ShowOptions {
  std::string name;  // of what is shown
  std::string table;
  std::optional<std::string> key;      // nothing: all
  std::optional<std::string> cluster;  // ditto
  bool json = false;
};

// Exit codes: 0 here it is, 1 refused, 3 no running Stickler found.
int command_show(const RunningProgram& program, const ShowOptions& options);

}  // namespace stickler::app
