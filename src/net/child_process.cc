// SPDX-License-Identifier: MIT
#include "net/child_process.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace stickler::net {

SpawnSettings::SpawnSettings() {
  ::posix_spawn_file_actions_init(&actions_);
  ::posix_spawnattr_init(&attributes_);
  sigset_t none;
  sigemptyset(&none);
  ::posix_spawnattr_setsigmask(&attributes_, &none);
  sigset_t ignored;
  sigemptyset(&ignored);
  sigaddset(&ignored, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes_, &ignored);
  add_flag(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

SpawnSettings::~SpawnSettings() {
  ::posix_spawn_file_actions_destroy(&actions_);
  ::posix_spawnattr_destroy(&attributes_);
}

void SpawnSettings::close_stream(int stream) {
  ::posix_spawn_file_actions_addopen(&actions_, stream, "/dev/null", O_RDWR, 0);
}

void SpawnSettings::lead_group() {
  ::posix_spawnattr_setpgroup(&attributes_, 0);
  add_flag(POSIX_SPAWN_SETPGROUP);
}

int SpawnSettings::spawn(const char* program, char* const* arguments, pid_t& child) const {
  return ::posix_spawn(&child, program, &actions_, &attributes_, arguments, environ);
}

void SpawnSettings::add_flag(int flag) {
  short flags = 0;
  ::posix_spawnattr_getflags(&attributes_, &flags);
  ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags | flag));
}

// (The header of Debian 12's pidfd_open() is for C only.)
Fd watch_process(pid_t process) {
  return Fd(static_cast<int>(::syscall(SYS_pidfd_open, process, O_NONBLOCK)));
}

std::string describe_end(int status) {
  return WIFSIGNALED(status) ? "was ended by " + std::string(::strsignal(WTERMSIG(status)))
                             : "ended with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace stickler::net
