// SPDX-License-Identifier: MIT
#include "net/connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/event_loop.h"

namespace stickler::net {
namespace {

// A full backlog of a Unix socket is announced by no event once it has room again.
constexpr Duration kBacklogPause = std::chrono::milliseconds(10);

Fd open_socket(int family) {
  Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd && family != AF_UNIX) {
    // Requests go out in whole flights: nothing is gained by waiting for more.
    int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return fd;
}

// 0 when connected, EINPROGRESS or EAGAIN when it takes time, else why not.
int try_connect(int fd, const Address& address) {
  if (::connect(fd, address.data(), address.size()) == 0) return 0;
  return errno == EINTR ? EINPROGRESS : errno;
}

bool takes_time(int error) { return error == EINPROGRESS || error == EAGAIN; }

int pending_error(const Socket& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

// Until the connection stands (0) or never will: an errno, ETIMEDOUT, ECANCELED.
Task<int> finish_connecting(Socket& socket, const Address& address, int error, Duration limit) {
  const TimePoint begun = now();
  while (takes_time(error)) {
    const bool ask_again = error == EAGAIN;
    const Duration wait = ask_again ? kBacklogPause : limit;
    socket.filled();
    Wake woke = co_await socket.writable(wait);
    if (woke == Wake::cancelled) co_return ECANCELED;
    if (!ask_again) co_return woke == Wake::ready ? pending_error(socket) : ETIMEDOUT;
    if (limit != kNoLimit && now() - begun >= limit) co_return ETIMEDOUT;
    error = try_connect(socket.fd(), address);
  }
  co_return error;
}

}  // namespace

Task<ConnectResult> connect_to(const Address& address, Duration limit, WaitSlot** waiting_in) {
  ConnectResult result;
  Fd fd = open_socket(address.family());
  result.error = fd ? try_connect(fd.get(), address) : errno;
  if (!result.ok() && !takes_time(result.error)) co_return result;

  result.socket = Socket(std::move(fd));
  if (takes_time(result.error)) {
    if (waiting_in != nullptr) *waiting_in = &result.socket.write_slot();
    result.error = co_await finish_connecting(result.socket, address, result.error, limit);
    if (waiting_in != nullptr) *waiting_in = nullptr;
  }
  if (!result.ok()) result.socket.close();
  result.cancelled = result.error == ECANCELED;
  co_return result;
}

}  // namespace stickler::net
