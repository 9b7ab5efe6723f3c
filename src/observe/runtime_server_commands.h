// SPDX-License-Identifier: MIT
// Commands about one server: set server, enable and disable server, with HAProxy's words and
// refusals.
#pragma once

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_server_commands(RuntimeCommands& commands, Administration& administration);

// "backend/server", or the server's name alone where only one backend has it. The views last as
// long as `text` and the snapshot. Nothing if there is no such server, or several.
std::optional<ServerName> find_server(const proxy::Snapshot& snapshot, std::string_view text);

}  // namespace stickler::observe
