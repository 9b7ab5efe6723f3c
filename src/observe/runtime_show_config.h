// SPDX-License-Identifier: MIT
// The command `show config`: the configuration that is in force, each setting with its value and
// where that comes from.
#pragma once

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_show_config_command(RuntimeCommands& commands, const Administration& administration);

}  // namespace stickler::observe
