// SPDX-License-Identifier: MIT
// Commands that show the snapshot of everything counted and known: `show info`, `show stat`, `show
// servers …`, with HAProxy's words and forms.
#pragma once

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_show_stats_commands(RuntimeCommands& commands, Administration& administration);

}  // namespace stickler::observe
