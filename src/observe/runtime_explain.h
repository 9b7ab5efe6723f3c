// SPDX-License-Identifier: MIT
// The runtime socket's `explain`: what the running program would do with a request, as things are
// now. The same words as the command line's, so that either can be typed. Control thread.
#pragma once

#include <string>
#include <string_view>

#include "observe/administration.h"
#include "observe/explained_request.h"
#include "observe/runtime_line.h"

namespace stickler::observe {

class RuntimeCommands;

void add_explain_command(RuntimeCommands& commands, const Administration& administration);

// What the answer begins with if there is no explanation.
inline constexpr std::string_view kNotExplained = "not explained: ";

// "explain GET https://… --cookie …": what the runtime socket is asked with.
Words explain_command(const ExplainWords& words, bool json);

}  // namespace stickler::observe
