// SPDX-License-Identifier: MIT
#include "cluster/shell_command.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "net/child_process.h"

namespace stickler::cluster {
namespace {

constexpr const char* kShell = "/bin/sh";
// A process that is killed ends, unless the kernel itself hangs.
constexpr Duration kDies = std::chrono::seconds(5);

// 0 or errno.
int spawn(std::string& command, pid_t& process) {
  std::string shell = "sh";
  std::string option = "-c";
  char* const words[] = {shell.data(), option.data(), command.data(), nullptr};
  net::SpawnSettings settings;
  settings.close_stream(STDIN_FILENO);
  settings.lead_group();
  return settings.spawn(kShell, words, process);
}

// Nothing while it runs.
std::optional<CommandEnd> end_of(pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, WNOHANG) != process) return std::nullopt;
  CommandEnd end;
  end.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  end.text = net::describe_end(status);
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
  net::Fd watched = net::watch_process(process);
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
