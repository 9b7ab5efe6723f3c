// SPDX-License-Identifier: MIT
// Processes that this one starts: how they begin, and something to wait for their end in the loop.
// See posix_spawn(3), pidfd_open(2).
#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>

#include "net/fd.h"

namespace stickler::net {

// A child begins with no signal blocked or ignored, whatever is here.
class SpawnSettings {
 public:
  SpawnSettings();
  ~SpawnSettings();
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // There is nothing to read, and what is written is forgotten.
  void close_stream(int stream);
  // It leads a process group, so that all that it starts can be ended with it.
  void lead_group();

  // `arguments` ends with a null. 0 or errno.
  int spawn(const char* program, char* const* arguments, pid_t& child) const;

 private:
  void add_flag(int flag);

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// Readable once the process has ended; closed if that cannot be watched (errno).
Fd watch_process(pid_t process);

// "ended with 1", "was ended by Killed": of what waitpid(2) says.
std::string describe_end(int status);

}  // namespace stickler::net
