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
  // The turn ends with whoever is before it: else it would go on to those queued meanwhile.
  if (last_ == &waiter) last_ = before;
  waiter.queued = false;
}

void ReadyQueue::run_all() {
  last_ = tail_;
  run_up_to(std::numeric_limits<std::size_t>::max());
}

void ReadyQueue::run_all(std::size_t batch, ReadyQueue& senders) {
  last_ = tail_;
  do {
    run_up_to(batch);
    senders.run_all();
  } while (last_ != nullptr);
}

void ReadyQueue::run_up_to(std::size_t most) {
  for (std::size_t ran = 0; ran < most && last_ != nullptr; ++ran) {
    Waiter* waiter = head_;
    head_ = waiter->next_ready;
    if (head_ == nullptr) tail_ = nullptr;
    if (waiter == last_) last_ = nullptr;
    waiter->queued = false;
    waiter->run(*waiter);
  }
}

}  // namespace stickler::net
