// SPDX-License-Identifier: MIT
// `stickler run`: serves in the foreground until told to stop.
#pragma once

#include <filesystem>
#include <vector>

namespace stickler::app {

// Returns the exit code. What is wrong with the configuration is printed as `check` prints it; of
// a good one nothing if `quiet`.
int command_run(const std::vector<std::filesystem::path>& files, bool quiet);

}  // namespace stickler::app
