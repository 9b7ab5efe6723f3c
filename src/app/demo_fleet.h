// SPDX-License-Identifier: MIT
// The demo's servers, all on one thread with a loop of its own: to the balancer in the same process
// they are as far away as any other server.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/demo_editor.h"
#include "app/demo_server.h"
#include "app/held_port.h"
#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::app {

class DemoFleet {
 public:
  struct Member {
    std::string name;
    unsigned port;
  };

  // A server for each port, called demo-1, demo-2, …
  explicit DemoFleet(std::vector<HeldPort> ports);
  // Ends what runs.
  ~DemoFleet();
  DemoFleet(const DemoFleet&) = delete;
  DemoFleet& operator=(const DemoFleet&) = delete;

  const std::vector<Member>& members() const { return members_; }
  // Once.
  void start();

 private:
  void run();
  void apply(DemoSwitch wanted);
  net::Task<> shut_down();

  std::vector<Member> members_;
  net::EventLoop loop_{net::EventLoop::Adopt::later};
  // Of the thread, from here on.
  std::vector<DemoNeighbour> neighbours_;
  std::vector<std::unique_ptr<DemoServer>> servers_;
  net::TaskGroup ending_;
  std::thread thread_;
};

}  // namespace stickler::app
