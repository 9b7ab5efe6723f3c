// SPDX-License-Identifier: MIT
// stickler(8) in the language of scdoc: commands and options as the command line defines them, so
// that it cannot lag behind --help; prose around them.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace stickler::app {

std::string command_man_page(const CLI::App& commands);

}  // namespace stickler::app
