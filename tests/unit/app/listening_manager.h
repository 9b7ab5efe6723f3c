// SPDX-License-Identifier: MIT
// A service manager in the test's hand: a datagram socket, and what came in.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "net/fd.h"

namespace stickler::app::test {

class ListeningManager {
 public:
  // `name` as NOTIFY_SOCKET has it: a path or "@name".
  explicit ListeningManager(std::string name)
      : name_(std::move(name)), fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name_.copy(address.sun_path, sizeof address.sun_path);
    if (name_.front() == '@') address.sun_path[0] = '\0';
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  ~ListeningManager() {
    if (name_.front() == '/') ::unlink(name_.c_str());
  }
  // Names that no other process has.
  static std::string new_path() {
    return (std::filesystem::temp_directory_path() / new_name()).string();
  }
  static std::string new_abstract() { return "@" + new_name(); }

  const std::string& name() const { return name_; }
  // The next message, or "" if there is none.
  std::string receive() const {
    char text[512];
    ssize_t got = ::recv(fd_.get(), text, sizeof text, 0);
    return got < 0 ? "" : std::string(text, static_cast<std::size_t>(got));
  }
  // How many messages there are, all of them this one.
  int count(std::string_view expected) const {
    int count = 0;
    for (std::string text = receive(); !text.empty(); text = receive(), ++count) {
      EXPECT_EQ(text, expected);
    }
    return count;
  }

 private:
  static std::string new_name() {
    static int count = 0;
    return "stickler-manager-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
  }

  std::string name_;
  net::Fd fd_;
};

}  // namespace stickler::app::test
