// SPDX-License-Identifier: MIT
// Commands about stick tables: show table, clear table, with HAProxy's words (its management guide,
// 9.3).
#pragma once

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_table_commands(RuntimeCommands& commands, Administration& administration);

}  // namespace stickler::observe
