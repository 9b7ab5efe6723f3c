// SPDX-License-Identifier: MIT
#include "cluster/shell_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "net/fd.h"

namespace stickler::cluster {
namespace {

constexpr const char* kShell = "/bin/sh";
// A process that is killed ends, unless the kernel itself hangs.
constexpr Duration kDies = std::chrono::seconds(5);

// Nothing to read, a group of its own, and no signal that is blocked or ignored here.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    sigset_t ignored;
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    ::posix_spawnattr_setsigdefault(&attributes, &ignored);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

// 0 or errno.
int spawn(std::string& command, pid_t& process) {
  std::string shell = "sh";
  std::string option = "-c";
  char* const words[] = {shell.data(), option.data(), command.data(), nullptr};
  const SpawnSettings settings;
  return ::posix_spawn(&process, kShell, &settings.actions, &settings.attributes, words, environ);
}

// (The header of Debian 12's pidfd_open() is for C only.)
net::Fd watch_process(pid_t process) {
  return net::Fd(static_cast<int>(::syscall(SYS_pidfd_open, process, O_NONBLOCK)));
}

// Nothing while it runs.
std::optional<CommandEnd> end_of(pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, WNOHANG) != process) return std::nullopt;
  CommandEnd end;
  end.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  end.text = WIFSIGNALED(status) ? "was ended by " + std::string(strsignal(WTERMSIG(status)))
                                 : "ended with " + std::to_string(WEXITSTATUS(status));
  return end;
}

CommandEnd trouble(std::string text) {
  CommandEnd end;
  end.text = std::move(text);
  return end;
}

}  // namespace

net::Task<CommandEnd> ShellCommand::run(std::string command, Duration limit) {
  pid_t process = 0;
  if (const int error = spawn(command, process)) {
    co_return trouble("could not be started: " + std::string(std::strerror(error)));
  }
  net::Fd watched = watch_process(process);
  if (!watched) {
    ::kill(-process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    co_return trouble("could not be watched: " + std::string(std::strerror(errno)));
  }
  ended_ = net::Socket(std::move(watched));
  ended_.drained();
  CommandEnd end = co_await await_end(process, limit);
  ended_.close();
  co_return end;
}

// It may have ended although the limit has passed: when we ourselves were frozen.
net::Task<CommandEnd> ShellCommand::await_end(pid_t process, Duration limit) {
  co_await ended_.readable(limit);
  if (std::optional<CommandEnd> end = end_of(process)) co_return std::move(*end);
  if (left_) {
    CommandEnd end;
    end.left = true;
    co_return end;
  }
  ::kill(-process, SIGKILL);
  co_await ended_.readable(kDies);
  end_of(process);
  co_return trouble("did not end within " + format_duration(limit));
}

void ShellCommand::leave() {
  left_ = true;
  if (ended_.open()) ended_.cancel_read();
}

}  // namespace stickler::cluster
