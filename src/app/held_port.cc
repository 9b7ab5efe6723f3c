// SPDX-License-Identifier: MIT
#include "app/held_port.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "net/address.h"

namespace stickler::app {
namespace {

constexpr int kBacklog = 128;

// Port 0: any. SO_REUSEPORT lets one socket hold the port beside another that listens on it; with
// SO_REUSEADDR other programs could join them.
net::Fd bind_loopback(unsigned port) {
  net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fd;
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fd.reset();
  }
  return fd;
}

}  // namespace

Result<std::vector<HeldPort>, std::string> HeldPort::hold(std::size_t count) {
  std::vector<HeldPort> ports;
  while (ports.size() < count) {
    net::Fd bound = bind_loopback(0);
    if (!bound) return Failed{std::string("no free port on 127.0.0.1: ") + std::strerror(errno)};
    const unsigned number = port_of(bound);
    ports.push_back(HeldPort(std::move(bound), number));
  }
  return ports;
}

net::Fd HeldPort::listen() const {
  net::Fd fd = bind_loopback(number_);
  if (fd && ::listen(fd.get(), kBacklog) != 0) fd.reset();
  return fd;
}

unsigned port_of(const net::Fd& bound) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(bound.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  return net::Address(reinterpret_cast<const sockaddr*>(&storage), size).port();
}

}  // namespace stickler::app
