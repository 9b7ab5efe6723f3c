// SPDX-License-Identifier: MIT
// `stickler demo`: everything on one machine with no configuration: three small stateful servers
// inside this process, a certificate made on the spot, an http to https redirect. Leaves nothing
// behind.
#pragma once

namespace CLI {
class App;
}

namespace stickler::app {

struct DemoOptions {
  unsigned https_port = 8443;  // 0 : any that is free
  unsigned http_port = 8080;   // ditto
  bool print_configuration = false;
};

void add_demo_options(CLI::App& command, DemoOptions& options);

// Serves until SIGINT or SIGTERM; the exit code.
int command_demo(const DemoOptions& options);

}  // namespace stickler::app
