// SPDX-License-Identifier: MIT
#include "app/child_check.h"

#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "net/child_process.h"
#include "net/socket.h"

namespace stickler::app {
namespace {

constexpr Duration kLimit = std::chrono::seconds(30);
// What `stickler check` says of a good and of a bad file.
constexpr int kGood = 0;
constexpr int kBad = 1;

// 0 or errno.
int spawn_check(const std::vector<std::filesystem::path>& files, pid_t& child) {
  std::vector<std::string> words{"stickler", "check", "--quiet"};
  for (const auto& file : files) words.insert(words.end(), {"-f", file.string()});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  net::SpawnSettings settings;
  for (int stream : {0, 1, 2}) settings.close_stream(stream);
  return settings.spawn("/proc/self/exe", arguments.data(), child);
}

std::optional<std::string> verdict_of(int status) {
  if (WIFEXITED(status) && (WEXITSTATUS(status) == kGood || WEXITSTATUS(status) == kBad)) {
    return std::nullopt;
  }
  return "the configuration is dangerous to read: 'stickler check' of it " +
         net::describe_end(status);
}

}  // namespace

net::Task<std::optional<std::string>> check_in_child(std::vector<std::filesystem::path> files) {
  pid_t child = 0;
  if (int error = spawn_check(files, child)) {
    co_return "'stickler check' could not be started: " + std::string(std::strerror(error));
  }
  net::Wake woke = net::Wake::timed_out;
  net::Fd ended = net::watch_process(child);
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
