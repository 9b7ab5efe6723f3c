// SPDX-License-Identifier: MIT
// `stickler explain`: which server a request gets, and why: of the running program, as things are
// now; or by a configuration file, whose servers are taken as up. Changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "observe/explained_request.h"

namespace CLI {
class App;
}

namespace stickler::app {

struct ExplainOptions {
  std::vector<std::string> files;    // to be explained; none: ask the running program
  std::string socket;                // its runtime socket; "" : as the usual file says
  std::vector<std::string> request;  // a method, if it is not GET, and a URL
  observe::ExplainWords words;       // the rest
  bool json = false;
};

void add_explain_options(CLI::App& command, ExplainOptions& options);

// The exit code: 0 explained, whatever the request would get; 1 the file is wrong, or there is no
// such listener or server; 2 wrong usage; 3 no running Stickler found. `usual_file`: where a
// running program is found unless the options say it.
int command_explain(ExplainOptions options, const std::filesystem::path& usual_file);

}  // namespace stickler::app
