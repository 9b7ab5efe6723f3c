// SPDX-License-Identifier: MIT
// Idle connections to the servers of one backend, kept by one worker for all its clients. An idle
// connection is watched: when its server closes it, sends something unasked, or its keep-alive time
// is over, it goes. No probe before use: the race that remains is the repeat policy's.
#pragma once

#include <memory>
#include <vector>

#include "backend/server_connection.h"
#include "base/spares.h"
#include "base/units.h"
#include "net/waiter.h"

namespace stickler::backend {

class ConnectionPool {
 public:
  // `keepalive`: how long a connection may lie idle. `max_idle`: how many per server.
  ConnectionPool(std::size_t servers, Duration keepalive, std::size_t max_idle);
  ~ConnectionPool();

  // The connection used last, so that surplus ones grow old; null if none is idle.
  std::unique_ptr<ServerConnection> borrow(std::size_t server);

  // Takes back a connection that may serve another request.
  void give_back(std::unique_ptr<ServerConnection> connection);

  // Closes what lies idle, e.g. when the server has gone down.
  void clear(std::size_t server);
  void clear();
  // Closes what lies idle, and from now on whatever is given back.
  void retire();

  std::size_t idle(std::size_t server) const { return idle_[server].size(); }

 private:
  // Lies in wait on an idle connection's socket.
  struct Idle : net::Waiter {
    Idle() : Waiter(&on_event) {}
    ~Idle() { take(); }
    void keep(std::unique_ptr<ServerConnection> idle, ConnectionPool& owner);
    std::unique_ptr<ServerConnection> take();

    ConnectionPool* pool = nullptr;
    std::unique_ptr<ServerConnection> connection;
  };

  static Spares<Idle>& spare_places();
  static void on_event(net::Waiter& waiter);
  void drop(Idle& idle);

  Duration keepalive_;
  std::size_t max_idle_;
  std::vector<std::vector<std::unique_ptr<Idle>>> idle_;  // by server, oldest first
};

}  // namespace stickler::backend
