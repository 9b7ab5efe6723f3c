// SPDX-License-Identifier: MIT
// Commands that show what is going on and what has happened: `show sess`, `show errors`, `show
// events`.
#pragma once

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_show_traffic_commands(RuntimeCommands& commands, Administration& administration);

}  // namespace stickler::observe
