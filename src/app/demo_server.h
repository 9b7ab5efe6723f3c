// SPDX-License-Identifier: MIT
// One of the demo's servers: an editor behind a port, which can be stopped, so that connections are
// refused and all it knew is forgotten, and started again. The demo servers' thread.
#pragma once

#include <cstddef>
#include <vector>

#include "app/demo_connection.h"
#include "app/demo_editor.h"
#include "app/held_port.h"
#include "base/intrusive_list.h"
#include "net/socket.h"
#include "net/task_group.h"

namespace stickler::app {

class DemoServer {
 public:
  // `all[self]` is this one's entry, which it keeps true; `on_switch` is called when a client wants
  // any of them stopped or started.
  DemoServer(HeldPort port, std::vector<DemoNeighbour>& all, std::size_t self,
             DemoConnection::OnSwitch on_switch);
  DemoServer(const DemoServer&) = delete;
  DemoServer& operator=(const DemoServer&) = delete;

  void start();
  void stop();
  // After stop(), and before this object is destroyed.
  net::Task<> stopped();

 private:
  net::Task<> accept_clients();
  net::Task<> serve(net::Socket socket);
  bool running() const { return entry_.running; }

  const HeldPort port_;
  DemoNeighbour& entry_;
  const DemoConnection::OnSwitch on_switch_;
  DemoEditor editor_;
  net::Socket listening_;
  net::TaskGroup accepting_;
  net::TaskGroup serving_;
  IntrusiveList<DemoConnection> connections_;
};

}  // namespace stickler::app
