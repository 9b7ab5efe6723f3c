// SPDX-License-Identifier: MIT
#include "net/waiter.h"

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

void ReadyQueue::run_all() {
  Waiter* const last = tail_;
  bool ran_last = last == nullptr;
  while (!ran_last && head_ != nullptr) {
    Waiter* waiter = head_;
    ran_last = waiter == last;
    head_ = waiter->next_ready;
    if (head_ == nullptr) tail_ = nullptr;
    waiter->queued = false;
    waiter->run(*waiter);
  }
}

}  // namespace stickler::net
