// SPDX-License-Identifier: MIT
// Requests that wait for a server: for a slot of a full one, or for any to come back. First come,
// first served over all workers. Touched only when somebody has to wait; a freed slot is handed to
// the first fitting waiter by a message to its loop.
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "net/event_loop.h"
#include "net/wait.h"

namespace stickler::backend {

// One waiting request. Belongs to the waiting coroutine's thread but for what WaitQueue guards.
class Ticket {
 public:
  // co_await ticket->woken(limit): a slot was handed over (`granted()`), or the world has changed
  // and the request should decide again.
  net::Wait woken(Duration limit) { return notice_.wait(limit); }
  net::WaitSlot& slot() { return notice_.slot(); }

 private:
  friend class WaitQueue;
  net::EventLoop* loop_ = nullptr;
  net::Notice notice_;
  std::vector<std::size_t> wanted_;     // the servers whose slot it can use
  std::optional<std::size_t> granted_;  // guarded by the queue's mutex
  bool queued_ = false;                 // ditto
};

class WaitQueue {
 public:
  // Puts the calling loop's request at the end. It is handed a slot of one of `servers` only; with
  // none it waits for wake_all(). The caller must then look once more whether what it waits for is
  // there (and leave() if so): what was freed a moment before is not announced.
  std::shared_ptr<Ticket> enter(std::vector<std::size_t> servers);

  // Takes the request out. Returns the server whose slot was handed over to it, if one was: the
  // slot is the caller's now, even when its wait ended for another reason.
  std::optional<std::size_t> leave(const std::shared_ptr<Ticket>& ticket);

  // How many wait, in all; exact only for the thread that just gave a slot back.
  std::size_t waiting() const { return waiting_.load(); }
  // How many could use a slot of this server.
  std::size_t waiting_for(std::size_t server) const;

  // Hands a slot of `server` to the first request that wants it. `take_slot` is called under the
  // lock and says whether there is one. Any thread.
  template <typename TakeSlot>
  void hand_over(std::size_t server, TakeSlot take_slot) {
    std::lock_guard lock(mutex_);
    for (auto& ticket : tickets_) {
      if (!wants(*ticket, server)) continue;
      if (!take_slot()) return;
      ticket->granted_ = server;
      announce(ticket);
      remove(ticket);
      return;
    }
  }

  // Everybody decides again: a server came, went or changed. Any thread.
  void wake_all();

 private:
  using Tickets = std::list<std::shared_ptr<Ticket>>;
  static bool wants(const Ticket& ticket, std::size_t server);
  static void announce(const std::shared_ptr<Ticket>& ticket);
  void remove(std::shared_ptr<Ticket> ticket);

  mutable std::mutex mutex_;
  Tickets tickets_;  // guarded by mutex_
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace stickler::backend
