// SPDX-License-Identifier: MIT
// `stickler register`: answers in etcd for a node of this machine that cannot register itself, in
// the foreground until told to stop.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace stickler::app {

struct RegisterOptions {
  std::string cluster;  // "" : the only one with a node to register
  bool quiet = false;   // nothing is said of a good file
};

void add_register_options(CLI::App& command, RegisterOptions& options);

// Returns the exit code, as command_run() does.
int command_register(const std::vector<std::filesystem::path>& files,
                     const RegisterOptions& options);

}  // namespace stickler::app
