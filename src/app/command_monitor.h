// SPDX-License-Identifier: MIT
// `stickler monitor`: a cluster's monitor alone, on a machine that balances nothing.
#pragma once

#include <filesystem>
#include <vector>

namespace stickler::app {

// Until SIGTERM, SIGINT or SIGQUIT. Returns the exit code; what is wrong with the configuration is
// printed as `check` prints it.
int command_monitor(const std::vector<std::filesystem::path>& files);

}  // namespace stickler::app
