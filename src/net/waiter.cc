// SPDX-License-Identifier: MIT
#include "net/waiter.h"

#include <limits>
#include <utility>

#include "base/assert.h"
#include "net/deadlines.h"

namespace stickler::net {
namespace {

void unlink_wait(Waiter& waiter) {
  for (WaitSlot*& slot : waiter.slots) {
    if (slot == nullptr) continue;
    ASSERT(*slot == &waiter);
    *slot = nullptr;
    slot = nullptr;
  }
  if (waiter.list != nullptr) waiter.list->remove(waiter);
}

}  // namespace

void ReadyQueue::wake(Waiter& waiter, Wake reason) {
  if (waiter.queued) return;
  unlink_wait(waiter);
  waiter.wake = reason;
  waiter.queued = true;
  waiter.next_ready = nullptr;
  (tail_ == nullptr ? head_ : tail_->next_ready) = &waiter;
  tail_ = &waiter;
}

void ReadyQueue::forget(Waiter& waiter) {
  unlink_wait(waiter);
  if (!waiter.queued) return;
  Waiter* before = nullptr;
  for (Waiter* each = head_; each != &waiter; each = each->next_ready) {
    ASSERT(each != nullptr);
    before = each;
  }
  (before == nullptr ? head_ : before->next_ready) = waiter.next_ready;
  if (tail_ == &waiter) tail_ = before;
  waiter.queued = false;
}

void ReadyQueue::run_all() { run_up_to(tail_, std::numeric_limits<std::size_t>::max()); }

void ReadyQueue::run_all(std::size_t batch, ReadyQueue& senders) {
  const Waiter* const last = tail_;
  for (bool more = true; more;) {
    more = run_up_to(last, batch);
    senders.run_all();
  }
}

// Whether some are left before `last` has run.
bool ReadyQueue::run_up_to(const Waiter* last, std::size_t most) {
  for (std::size_t ran = 0; head_ != nullptr; ++ran) {
    if (ran == most) return true;
    Waiter* waiter = head_;
    head_ = waiter->next_ready;
    if (head_ == nullptr) tail_ = nullptr;
    waiter->queued = false;
    const bool was_last = waiter == last;
    waiter->run(*waiter);
    if (was_last) return false;
  }
  return false;
}

}  // namespace stickler::net
