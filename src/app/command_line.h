// SPDX-License-Identifier: MIT
// The command line: commands and flags, also in the forms that HAProxy's and nginx's administrators
// have in their fingers (-f, -c, -t). Exit codes: 0 done, 1 configuration or operation failed, 2
// wrong usage.
#pragma once

namespace stickler::app {

inline constexpr int kWrongUsage = 2;

int run_command_line(int argc, char** argv);

}  // namespace stickler::app
