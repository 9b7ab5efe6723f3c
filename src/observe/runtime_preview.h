// SPDX-License-Identifier: MIT
// The command `preview`: a signed link that leads whoever opens it to one server, whatever its
// state (proxy/preview.h). And the cookie that leads to a server, for tests by hand.
#pragma once

#include <string>

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_preview_command(RuntimeCommands& commands, Administration& administration);

// "https://overleaf.example.com:8443": where a browser finds the listener that leads to this
// backend; its host by the first certificate, as far as there is one. Empty if no listener leads
// there.
std::string address_of(const proxy::Snapshot& snapshot, const backend::Backend& backend);

// "server-pro-ha=server-pro-ha-2"; empty if the backend has no cookie.
std::string cookie_of(const backend::Backend& backend, const backend::Server& server);

}  // namespace stickler::observe
