// SPDX-License-Identifier: MIT
#include "log_reader.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>

namespace stickler::bench {
namespace {

// Datagrams that may wait while this process does something else: a few thousand.
constexpr int kRoom = 4 * 1024 * 1024;
constexpr unsigned kAtOnce = 64;

}  // namespace

LogReader::LogReader(Epoll& epoll) : socket_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &kRoom, sizeof kRoom) != 0 ||
      bind(socket_.get(), generic, size) != 0 || getsockname(socket_.get(), generic, &size) != 0) {
    die("log socket");
  }
  port_ = ntohs(address.sin_port);
  epoll.add(socket_.get(), EPOLLIN, *this);
}

// One byte of each is enough: the kernel drops the rest.
void LogReader::on_ready(std::uint32_t /*events*/) {
  char byte = 0;
  iovec into{&byte, 1};
  std::array<mmsghdr, kAtOnce> messages{};
  for (mmsghdr& message : messages) {
    message.msg_hdr.msg_iov = &into;
    message.msg_hdr.msg_iovlen = 1;
  }
  while (recvmmsg(socket_.get(), messages.data(), kAtOnce, MSG_DONTWAIT, nullptr) ==
         static_cast<int>(kAtOnce)) {
  }
}

}  // namespace stickler::bench
