// SPDX-License-Identifier: MIT
#include "app/demo_server.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/log.h"

namespace stickler::app {
namespace {

// After an accept() that failed for want of a descriptor: there may be one by then.
constexpr Duration kAcceptAgain = std::chrono::seconds(1);

}  // namespace

DemoServer::DemoServer(HeldPort port, std::vector<DemoNeighbour>& all, std::size_t self,
                       DemoConnection::OnSwitch on_switch)
    : port_(std::move(port)),
      entry_(all[self]),
      on_switch_(std::move(on_switch)),
      editor_(all, self) {
  entry_.running = false;
}

void DemoServer::start() {
  if (running()) return;
  // Stopped a moment ago, and has not even noticed.
  if (listening_.open()) {
    entry_.running = true;
    return;
  }
  net::Fd fd = port_.listen();
  if (!fd) {
    log_error("{} cannot listen on port {}", entry_.name, port_.number());
    return;
  }
  entry_.running = true;
  listening_ = net::Socket(std::move(fd));
  accepting_.start(accept_clients());
}

void DemoServer::stop() {
  if (!running()) return;
  entry_.running = false;
  listening_.cancel_read();
  connections_.for_each([](DemoConnection& connection) { connection.cut(); });
  editor_.forget_all();
}

net::Task<> DemoServer::stopped() {
  co_await accepting_.all_ended(kNoLimit);
  co_await serving_.all_ended(kNoLimit);
}

net::Task<> DemoServer::accept_clients() {
  while (running()) {
    net::Fd fd(::accept4(listening_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd) {
      serving_.start(serve(net::Socket(std::move(fd))));
      continue;
    }
    listening_.drained();
    co_await listening_.readable(kAcceptAgain);
  }
  listening_.close();
}

net::Task<> DemoServer::serve(net::Socket socket) {
  DemoConnection connection(std::move(socket), editor_, on_switch_);
  connections_.join(connection);
  co_await connection.serve();
}

}  // namespace stickler::app
