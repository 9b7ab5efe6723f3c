// SPDX-License-Identifier: MIT
#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/log.h"

namespace stickler::app {
namespace {

// A manager that reads nothing for so long does without the message: checks of health must go on.
constexpr timeval kManagerPatience{.tv_sec = 2, .tv_usec = 0};

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::optional<std::int64_t> number_in(const char* name) {
  std::string_view text = variable(name);
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// For this process, not for one that started us and forgot to clear its environment.
Duration watchdog_in_environment() {
  std::optional<std::int64_t> limit = number_in("WATCHDOG_USEC");
  if (!limit) return kNoLimit;
  bool is_for_us = variable("WATCHDOG_PID").empty() || number_in("WATCHDOG_PID") == ::getpid();
  return is_for_us ? Duration(*limit) : kNoLimit;
}

std::int64_t microseconds_since_boot() {
  return std::chrono::duration_cast<Duration>(Clock::now().time_since_epoch()).count();
}

// A line break would end the status.
std::string status_line(std::string_view status) {
  std::string line = "STATUS=" + std::string(status) + "\n";
  for (char& c : line) {
    if (c == '\n' && &c != &line.back()) c = ' ';
  }
  return line;
}

}  // namespace

ServiceManager::ServiceManager(std::string_view socket, Duration watchdog) : watchdog_(watchdog) {
  if (socket.empty()) return;
  if ((socket.front() != '/' && socket.front() != '@') || socket.size() < 2 ||
      socket.size() > sizeof address_.sun_path) {
    log_warning(
        "NOTIFY_SOCKET is '{}', neither a path nor @name: the service manager hears nothing",
        socket);
    return;
  }
  address_.sun_family = AF_UNIX;
  std::memcpy(address_.sun_path, socket.data(), socket.size());
  if (socket.front() == '@') address_.sun_path[0] = '\0';
  address_size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket.size());
  fd_ = net::Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &kManagerPatience, sizeof kManagerPatience);
}

ServiceManager ServiceManager::from_environment() {
  return ServiceManager(variable("NOTIFY_SOCKET"), watchdog_in_environment());
}

void ServiceManager::ready(std::string_view status) const {
  send("READY=1\n" + status_line(status));
}

// The time tells the manager which of two reloads this is.
void ServiceManager::reloading() const {
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds_since_boot()) + "\n");
}

void ServiceManager::stopping(std::string_view status, Duration within) const {
  send("STOPPING=1\nEXTEND_TIMEOUT_USEC=" + std::to_string(within.count()) + "\n" +
       status_line(status));
}

bool ServiceManager::alive() const { return send("WATCHDOG=1\n"); }

bool ServiceManager::send(std::string_view message) const {
  if (!fd_) return false;
  ssize_t sent = ::sendto(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                          reinterpret_cast<const sockaddr*>(&address_), address_size_);
  if (sent >= 0) return true;
  log_warning("the service manager could not be told {}: {}", message.substr(0, message.find('\n')),
              std::strerror(errno));
  return false;
}

}  // namespace stickler::app
