// SPDX-License-Identifier: MIT
// A worker: one thread with its own loop, listening sockets, connections and memory. Shares with
// the others only what Snapshot and ConnectionBudget hold.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/watchdog.h"
#include "net/fd.h"
#include "proxy/exchange_record.h"
#include "proxy/listener.h"
#include "proxy/snapshot.h"

namespace stickler::app {

// A listening socket and the address it was made for, as written: a reload knows it by that.
struct BoundSocket {
  net::Fd fd;
  std::string bind;
};

class Worker {
 public:
  // Starts the thread, and waits until it accepts. The references outlive the worker; each socket's
  // address is one of the snapshot's. `on_ended` is called on the thread as the last thing it does.
  Worker(std::vector<BoundSocket> sockets, std::shared_ptr<const proxy::Snapshot> snapshot,
         proxy::ConnectionBudget& budget, proxy::RecordSink& sink, proxy::LocalPages& pages,
         std::function<void()> on_ended);
  // Waits for the thread, which must have been told to stop.
  ~Worker();

  // A reload: new connections and new requests go by this snapshot, `added` are the sockets it has
  // more; those whose address it does not have are closed. `on_adopted` is called on the worker's
  // thread when that is done. Any thread, not after stop().
  void adopt(std::shared_ptr<const proxy::Snapshot> snapshot, std::vector<BoundSocket> added,
             std::function<void()> on_adopted);

  // Runs `task` on the worker's thread, which must not have been stopped. Any thread.
  void post(std::function<void(proxy::Service&)> task);

  // Accepts nothing more, lets requests finish, and ends when the last client has gone, or after
  // `limit` by cutting those that are left. `on_closed` is called on the worker's thread once
  // nothing more is accepted and no connection will be kept. Once; any thread.
  void stop(Duration limit, std::function<void()> on_closed);
  // Cuts all that is left now. Any thread.
  void cut();
  // Whether its thread turns.
  Pulse& pulse();

 private:
  class Life;
  std::unique_ptr<Life> life_;
  std::thread thread_;
};

}  // namespace stickler::app
