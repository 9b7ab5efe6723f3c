// SPDX-License-Identifier: MIT
#include "proxy/listener.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "net/event_loop.h"
#include "net/wait.h"
#include "proxy/exchange.h"
#include "proxy/serve_client.h"

namespace stickler::proxy {
namespace {

// So many new connections in one turn of the loop: a burst of handshakes must not starve those who
// are connected already.
constexpr int kAcceptsPerTurn = 32;

// What a backlog holds at most when its listener goes.
constexpr int kMostLeft = 4096;

// Without a free descriptor: how long to leave the backlog alone.
constexpr Duration kPause = std::chrono::milliseconds(50);

bool out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Knows nothing of the Listener: connections outlive it when a reload removes it. A tunnel goes on
// without the frames that only requests need: there may be thousands of idle ones.
net::Task<> serve(net::Socket socket, net::Address address, const ListenerRules& rules,
                  ConnectionBudget& budget, net::TaskGroup& clients, Service& service) {
  CountedConnection counted(budget.count, rules.connections);
  service.sink().connection_accepted(rules.id, net::EventLoop::current().wall_now());
  auto upgraded = co_await serve_requests(std::move(socket), address, rules, service);
  if (upgraded == nullptr) co_return;
  upgraded->counted = std::move(counted);
  clients.start(serve_tunnel(std::move(upgraded), service));
}

}  // namespace

net::Task<> Listener::run() {
  int in_a_row = 0;
  while (!stopping_) {
    Accepted accepted = accept_one();
    if (accepted == Accepted::one) {
      if (++in_a_row < kAcceptsPerTurn) continue;
      in_a_row = 0;
      co_await net::yield();
    } else if (accepted == Accepted::no_room) {
      co_await wait_for_room();
    } else {
      in_a_row = 0;
      co_await socket_.readable(kNoLimit);
    }
  }
  accept_the_rest();
  socket_.close();
}

void Listener::accept_the_rest() {
  for (int i = 0; i < kMostLeft && accept_one() == Accepted::one; ++i) continue;
}

void Listener::stop() {
  stopping_ = true;
  if (!socket_.open()) return;
  socket_.cancel_read();
  net::EventLoop::current().ready().wake_slot(pausing_, net::Wake::cancelled);
}

Listener::Accepted Listener::accept_one() {
  if (budget_.count.open() >= budget_.most) return Accepted::no_room;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  net::Fd fd(::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&peer), &size,
                       SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd) {
    net::Address address(reinterpret_cast<const sockaddr*>(&peer), size);
    clients_.start(
        serve(net::Socket(std::move(fd)), address, *rules_, budget_, clients_, service_));
    return Accepted::one;
  }
  if (out_of_resources(errno)) return Accepted::no_room;
  if (errno == EAGAIN) socket_.drained();
  // Anything else concerns the one connection only (accept(2), "Error handling").
  return errno == EAGAIN ? Accepted::none : Accepted::one;
}

net::Task<> Listener::wait_for_room() {
  if (!complained_) {
    log_warning(
        "{}: no more connections can be accepted ({} are open, the limit is {}): new ones "
        "wait in the backlog; raise process.max_connections or the descriptor limit",
        rules_->settings.name, budget_.count.open(), budget_.most);
    complained_ = true;
  }
  co_await net::pause(kPause, pausing_);
}

}  // namespace stickler::proxy
