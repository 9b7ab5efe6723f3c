// SPDX-License-Identifier: MIT
#include "backend/wait_queue.h"

#include <algorithm>
#include <utility>

namespace stickler::backend {

std::shared_ptr<Ticket> WaitQueue::enter(std::vector<std::size_t> servers) {
  auto ticket = std::make_shared<Ticket>();
  ticket->loop_ = &net::EventLoop::current();
  ticket->wanted_ = std::move(servers);
  ticket->queued_ = true;
  std::lock_guard lock(mutex_);
  tickets_.push_back(ticket);
  waiting_.fetch_add(1);
  // The caller's last look at the servers reads relaxed: it must not come before we are counted, or
  // a slot given back between the two would be announced to nobody.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return ticket;
}

std::optional<std::size_t> WaitQueue::leave(const std::shared_ptr<Ticket>& ticket) {
  std::lock_guard lock(mutex_);
  if (ticket->queued_) remove(ticket);
  return ticket->granted_;
}

std::size_t WaitQueue::waiting_for(std::size_t server) const {
  if (waiting() == 0) return 0;
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(
      tickets_, [server](const auto& ticket) { return wants(*ticket, server); }));
}

void WaitQueue::wake_all() {
  std::lock_guard lock(mutex_);
  for (const auto& ticket : tickets_) announce(ticket);
}

bool WaitQueue::wants(const Ticket& ticket, std::size_t server) {
  return std::ranges::find(ticket.wanted_, server) != ticket.wanted_.end();
}

void WaitQueue::announce(const std::shared_ptr<Ticket>& ticket) {
  ticket->loop_->post([ticket] { ticket->notice_.announce(); });
}

void WaitQueue::remove(std::shared_ptr<Ticket> ticket) {
  ticket->queued_ = false;
  tickets_.remove(ticket);
  waiting_.fetch_sub(1);
}

}  // namespace stickler::backend
