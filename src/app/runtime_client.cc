// SPDX-License-Identifier: MIT
#include "app/runtime_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/address.h"
#include "net/fd.h"

namespace stickler::app {
namespace {

RuntimeFailure failure(const std::string& socket, int error) {
  const bool nobody = error == ENOENT || error == ECONNREFUSED;
  if (nobody) return {true, "no running Stickler found at " + socket};
  return {false, socket + ": " + std::strerror(error)};
}

bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

Result<std::string, RuntimeFailure> ask_runtime(const std::string& socket,
                                                const std::string& line) {
  std::optional<net::Address> address = net::Address::parse("unix:" + socket);
  if (!address) return Failed{RuntimeFailure{false, socket + ": the path is too long"}};
  net::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), address->data(), address->size()) != 0 ||
      !send_all(fd.get(), line + "\n")) {
    return Failed{failure(socket, errno)};
  }
  std::string answer;
  std::array<char, 4096> bytes;
  for (;;) {
    const ssize_t got = ::read(fd.get(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed{failure(socket, errno)};
    if (got == 0) break;
    answer.append(bytes.data(), static_cast<std::size_t>(got));
  }
  if (!answer.ends_with('\n')) {
    return Failed{RuntimeFailure{false, "Stickler at " + socket + " ended in the middle of this"}};
  }
  answer.pop_back();
  return answer;
}

}  // namespace stickler::app
