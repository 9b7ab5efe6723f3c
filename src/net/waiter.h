// SPDX-License-Identifier: MIT
// Something that waits: a suspended coroutine, or a small hook. It is woken at most once per wait,
// with the reason, through the loop's ready queue. No allocation: a waiter links itself into what
// it waits for. All of it belongs to one loop's thread.
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "base/units.h"

namespace stickler::net {

// Why a wait ended.
enum class Wake : std::uint8_t { ready, timed_out, cancelled };

struct DeadlineList;
struct Waiter;

// Where a thing that can be waited for keeps its waiter; null while nobody waits.
using WaitSlot = Waiter*;

// Lives in the awaiter, hence in a coroutine's frame, or in an object with a hook; must be unlinked
// before it is destroyed (ReadyQueue::forget).
struct Waiter {
  using Run = void (*)(Waiter&);

  explicit Waiter(Run run_when_woken) : run(run_when_woken) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Run run;  // called by the ready queue
  Wake wake = Wake::ready;
  bool queued = false;               // in the ready queue
  std::array<WaitSlot*, 2> slots{};  // what points back at us, cleared on waking
  Waiter* next_ready = nullptr;

  // Its place in a deadline list (net/deadlines.h), if it has a limit.
  Waiter* earlier = nullptr;
  Waiter* later = nullptr;
  DeadlineList* list = nullptr;
  TimePoint expires{};
};

class ReadyQueue {
 public:
  // Ends a wait: unlinks the waiter from its slots and its deadline, and queues it. Does nothing if
  // it is queued already.
  void wake(Waiter& waiter, Wake reason);
  // Wakes whoever waits in the slot, if anybody.
  void wake_slot(WaitSlot slot, Wake reason) {
    if (slot != nullptr) wake(*slot, reason);
  }
  // Takes a waiter out whatever it is linked to; it will not run.
  void forget(Waiter& waiter);

  bool empty() const { return head_ == nullptr; }
  // Runs what is queued now, first in, first out; what is queued meanwhile runs in the next call.
  void run_all();
  // The same, with all that waits in `senders` run behind each batch of so many.
  void run_all(std::size_t batch, ReadyQueue& senders);

 private:
  void run_up_to(std::size_t most);

  Waiter* head_ = nullptr;
  Waiter* tail_ = nullptr;
  const Waiter* last_ = nullptr;  // of the turn under way
};

}  // namespace stickler::net
