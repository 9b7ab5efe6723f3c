// SPDX-License-Identifier: MIT
#include "app/child_check.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "net/fd.h"
#include "net/socket.h"

namespace stickler::app {
namespace {

constexpr Duration kLimit = std::chrono::seconds(30);
// What `stickler check` says of a good and of a bad file.
constexpr int kGood = 0;
constexpr int kBad = 1;

class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions);
    for (int stream : {0, 1, 2}) {
      ::posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
    }
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
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
int spawn_check(const std::vector<std::filesystem::path>& files, pid_t& child) {
  std::vector<std::string> words{"stickler", "check", "--quiet"};
  for (const auto& file : files) words.insert(words.end(), {"-f", file.string()});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  SpawnSettings settings;
  return ::posix_spawn(&child, "/proc/self/exe", &settings.actions, &settings.attributes,
                       arguments.data(), environ);
}

// Readable once the process has ended. (The header of Debian 12's pidfd_open() is for C only.)
net::Fd watch_process(pid_t process) {
  return net::Fd(static_cast<int>(::syscall(SYS_pidfd_open, process, O_NONBLOCK)));
}

std::optional<std::string> verdict_of(int status) {
  if (WIFEXITED(status) && (WEXITSTATUS(status) == kGood || WEXITSTATUS(status) == kBad)) {
    return std::nullopt;
  }
  std::string how = WIFSIGNALED(status) ? "was ended by " + std::string(strsignal(WTERMSIG(status)))
                                        : "ended with " + std::to_string(WEXITSTATUS(status));
  return "the configuration is dangerous to read: 'stickler check' of it " + how;
}

}  // namespace

net::Task<std::optional<std::string>> check_in_child(std::vector<std::filesystem::path> files) {
  pid_t child = 0;
  if (int error = spawn_check(files, child)) {
    co_return "'stickler check' could not be started: " + std::string(std::strerror(error));
  }
  net::Wake woke = net::Wake::timed_out;
  net::Fd ended = watch_process(child);
  if (ended) {
    net::Socket waiting(std::move(ended));
    waiting.drained();
    woke = co_await waiting.readable(kLimit);
  }
  if (woke != net::Wake::ready) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (woke != net::Wake::ready) co_return "the configuration took too long to read";
  co_return verdict_of(status);
}

}  // namespace stickler::app
