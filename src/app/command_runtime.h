// SPDX-License-Identifier: MIT
// Commands that ask or steer a running Stickler through its runtime socket: reload, drain, ready,
// maint, weight, rebalance, show. Exit codes: 0 done, 1 refused, 3 no running Stickler found.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace stickler::app {

inline constexpr int kRefused = 1;

// Where the running program is found: its socket, or the files that name it.
struct RunningProgram {
  std::string socket;  // "" : as the files say
  std::vector<std::filesystem::path> files;
};

// Where it is asked. A file that is wrong does not say where: then the usual place is tried, for a
// mistake in the file should keep nobody from draining a server, and a reload from being told of
// it.
struct RuntimePlace {
  std::string socket;
  std::string doubt;  // why this is a guess, if it is one: the beginning of a sentence
};
inline constexpr const char* kUsualSocket = "/run/stickler/stickler.sock";

// Fails with a sentence: the files name no socket.
Result<RuntimePlace, std::string> runtime_place(const RunningProgram& program);
// What the running program said, and the exit code that says how it went.
struct RuntimeAnswer {
  int code = 0;
  std::string text;
};
RuntimeAnswer ask_running(const RunningProgram& program, const std::vector<std::string>& words);

// Of an answer that is not what such an answer is like.
RuntimeAnswer not_understood();
// A key of a stick table as a word of a command, whatever bytes it has: it must not end the line.
std::string key_on_a_line(const std::string& key);

// Sends one command and prints what it says.
int command_runtime(const RunningProgram& program, const std::vector<std::string>& words);

}  // namespace stickler::app
