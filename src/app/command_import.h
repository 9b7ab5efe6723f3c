// SPDX-License-Identifier: MIT
// `stickler import-haproxy`: a haproxy.cfg as a configuration of Stickler. Changes nothing but the
// file that -o names.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace stickler::app {

struct ImportOptions {
  std::string file;
  std::string output;  // empty: standard output
  bool force = false;  // an existing `output` is replaced
};

void add_import_options(CLI::App& command, ImportOptions& options);

// The exit code: 0 translated whole; 1 written, but some lines cannot be translated and are named
// on standard error; 2 nothing written, because a file cannot be read or written.
int command_import(const ImportOptions& options);

}  // namespace stickler::app
