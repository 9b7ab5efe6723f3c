// SPDX-License-Identifier: MIT
#include "net/listening_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace stickler::net {
namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it down to net.core.somaxconn

using Sockets = Result<std::vector<Fd>, std::string>;

Failed<std::string> failure(std::string_view text, int error) {
  std::string sentence = "cannot listen on " + std::string(text) + ": ";
  if (error == EADDRINUSE) return Failed{sentence + "another process does already"};
  if (error == EACCES)
    return Failed{sentence +
                  "not permitted for this user (ports below 1024 need "
                  "root or CAP_NET_BIND_SERVICE)"};
  if (error == EADDRNOTAVAIL)
    return Failed{sentence + "no interface of this host has that address"};
  return Failed{sentence + std::strerror(error)};
}

void set_option(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

enum class Share : bool { no, yes };

// errno in `error` if the descriptor is empty.
Fd open_tcp(const Address& address, bool dual, Share share, int& error) {
  Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  error = errno;
  if (!fd) return fd;
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (share == Share::yes) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (address.family() == AF_INET6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, dual ? 0 : 1);
  // Accepted sockets inherit it.
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  bool bound =
      ::bind(fd.get(), address.data(), address.size()) == 0 && ::listen(fd.get(), kBacklog) == 0;
  error = errno;
  if (!bound) fd.reset();
  return fd;
}

Sockets open_tcp_sockets(std::string_view text, const Address& address, bool dual, unsigned count) {
  int error = 0;
  // Without SO_REUSEPORT first: two processes that share a port by mistake answer in turn, which
  // nobody would notice at once.
  Fd probe = open_tcp(address, dual, Share::no, error);
  if (!probe) return failure(text, error);
  probe.reset();
  std::vector<Fd> sockets;
  for (unsigned i = 0; i < count; ++i) {
    sockets.push_back(open_tcp(address, dual, Share::yes, error));
    if (!sockets.back()) return failure(text, error);
  }
  return sockets;
}

bool has_ipv6() {
  Fd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return static_cast<bool>(fd);
}

// A socket that a dead process left behind is in the way; a living one's is not ours to remove.
bool is_abandoned(const Address& address) {
  // Non-blocking: one whose backlog is full lives, too.
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return ::connect(fd.get(), address.data(), address.size()) != 0 && errno == ECONNREFUSED;
}

Sockets open_unix_sockets(std::string_view text, const Address& address, unsigned count) {
  std::string path(text.substr(std::strlen("unix:")));
  struct stat existing{};
  bool is_socket = ::stat(path.c_str(), &existing) == 0 && S_ISSOCK(existing.st_mode);
  if (is_socket && is_abandoned(address)) ::unlink(path.c_str());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::bind(fd.get(), address.data(), address.size()) != 0) return failure(text, errno);
  if (::listen(fd.get(), kBacklog) != 0) return failure(text, errno);
  std::vector<Fd> sockets;
  for (unsigned i = 1; i < count; ++i) {
    sockets.emplace_back(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
  }
  sockets.push_back(std::move(fd));
  return sockets;
}

}  // namespace

Sockets open_listening_sockets(std::string_view text, unsigned count) {
  std::optional<HostPort> parts = split_host_port(text);
  bool any = parts && (parts->host.empty() || parts->host == "*");
  if (text.starts_with("unix:")) {
    std::optional<Address> address = Address::parse(text);
    if (!address) return failure(text, ENAMETOOLONG);
    return open_unix_sockets(text, *address, count);
  }
  if (!parts) return failure(text, EINVAL);
  if (any) {
    std::string port = std::to_string(parts->port);
    bool dual = has_ipv6();
    return open_tcp_sockets(text, *Address::parse((dual ? "[::]:" : "0.0.0.0:") + port), dual,
                            count);
  }
  if (std::optional<Address> address = Address::parse(text)) {
    return open_tcp_sockets(text, *address, false, count);
  }
  std::string error;
  std::vector<Address> addresses = resolve(parts->host, parts->port, error);
  if (addresses.empty()) {
    return Failed{"cannot listen on " + std::string(text) + ": " + error};
  }
  return open_tcp_sockets(text, addresses.front(), false, count);
}

}  // namespace stickler::net
