// SPDX-License-Identifier: MIT
// A command of the administrator's, run by a shell in a process group of its own while the loop
// goes on. What it writes goes where we write. One at a time; the loop's thread.
#pragma once

#include <string>

#include "base/units.h"
#include "net/socket.h"
#include "net/task.h"

namespace stickler::cluster {

struct CommandEnd {
  bool succeeded = false;  // ended with 0
  bool left = false;       // leave() was called: it may still run
  std::string text;        // within a sentence: "ended with 1", "did not end within 60s"
};

class ShellCommand {
 public:
  // When `limit` has passed the whole group is killed.
  net::Task<CommandEnd> run(std::string command, Duration limit);
  // Ends the wait for what runs, and lets it run.
  void leave();

 private:
  net::Task<CommandEnd> await_end(int process, Duration limit);

  net::Socket ended_;  // readable once it has
  bool left_ = false;
};

}  // namespace stickler::cluster
