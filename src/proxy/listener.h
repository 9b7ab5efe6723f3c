// SPDX-License-Identifier: MIT
// Accepts connections on one of a worker's listening sockets, as long as descriptors and the
// configured limit last; then it pauses instead of spinning, and the rest waits in the kernel's
// backlog.
#pragma once

#include <cstddef>

#include "net/fd.h"
#include "net/socket.h"
#include "net/task_group.h"
#include "proxy/connection_count.h"
#include "proxy/service.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {

// Client connections of the whole process.
struct ConnectionBudget {
  std::size_t most = 0;  // allowed
  ConnectionCount count;
};

class Listener {
 public:
  Listener(net::Fd socket, const ListenerRules& rules, ConnectionBudget& budget,
           net::TaskGroup& clients, Service& service)
      : socket_(net::Socket(std::move(socket))),
        rules_(&rules),
        budget_(budget),
        clients_(clients),
        service_(service) {}

  // Until stop(). Connections that wait in the backlog then are still accepted: closing the socket
  // would reset them.
  net::Task<> run();
  void stop();
  bool ended() const { return !socket_.open(); }

  const ListenerRules& rules() const { return *rules_; }
  // A reload: what connections from now on go by.
  void adopt(const ListenerRules& rules) { rules_ = &rules; }

 private:
  enum class Accepted : std::uint8_t { one, none, no_room };
  Accepted accept_one();
  net::Task<> wait_for_room();
  void accept_the_rest();

  net::Socket socket_;
  const ListenerRules* rules_;
  ConnectionBudget& budget_;
  net::TaskGroup& clients_;
  Service& service_;
  net::WaitSlot pausing_ = nullptr;
  bool stopping_ = false;
  bool complained_ = false;
};

}  // namespace stickler::proxy
