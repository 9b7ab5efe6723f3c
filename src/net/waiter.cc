// SPDX-License-Identifier: MIT
#include "net/waiter.h"

#include <limits>

#include "base/assert.h"
#include "net/deadlines.h"

namespace stickler::net {
namespace {

// How many run before those among them who have something to send do so: enough to spare most
// wake-ups of peers, and few enough for the cache to hold what they have read.
constexpr std::size_t kBatch = 64;
// How many begin in a turn.
constexpr std::size_t kBeginners = 64;

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

void ReadyQueue::List::append(Waiter& waiter) {
  waiter.next_ready = nullptr;
  (tail == nullptr ? head : tail->next_ready) = &waiter;
  tail = &waiter;
}

void ReadyQueue::List::remove(Waiter& waiter) {
  Waiter* before = nullptr;
  for (Waiter* each = head; each != &waiter; each = each->next_ready) {
    ASSERT(each != nullptr);
    before = each;
  }
  (before == nullptr ? head : before->next_ready) = waiter.next_ready;
  if (tail == &waiter) tail = before;
  // The turn ends with whoever is before it: else it would go on to those queued meanwhile.
  if (last == &waiter) last = before;
}

void ReadyQueue::List::run_up_to(std::size_t most) {
  for (std::size_t ran = 0; ran < most && last != nullptr; ++ran) {
    Waiter* waiter = head;
    head = waiter->next_ready;
    if (head == nullptr) tail = nullptr;
    if (waiter == last) last = nullptr;
    waiter->queued = false;
    waiter->run(*waiter);
  }
}

void ReadyQueue::wake(Waiter& waiter, Wake reason) {
  if (waiter.queued) return;
  unlink_wait(waiter);
  waiter.wake = reason;
  waiter.queued = true;
  of(waiter.turn).append(waiter);
}

void ReadyQueue::forget(Waiter& waiter) {
  unlink_wait(waiter);
  if (!waiter.queued) return;
  of(waiter.turn).remove(waiter);
  waiter.queued = false;
}

void ReadyQueue::run_turn() {
  List& going_on = of(Turn::goes_on);
  going_on.last = going_on.tail;
  do {
    going_on.run_up_to(kBatch);
    run_senders();
  } while (going_on.last != nullptr);
  List& beginning = of(Turn::begins);
  beginning.last = beginning.tail;
  beginning.run_up_to(kBeginners);
  beginning.last = nullptr;
  run_senders();
}

void ReadyQueue::run_senders() {
  List& senders = of(Turn::sends);
  senders.last = senders.tail;
  senders.run_up_to(std::numeric_limits<std::size_t>::max());
}

}  // namespace stickler::net
