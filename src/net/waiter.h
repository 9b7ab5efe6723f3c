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

// Who goes first among those who are ready (ReadyQueue).
enum class Turn : std::uint8_t {
  goes_on,  // with what it has begun
  sends,    // a small message, behind those who may have one, too (net/wait.h, send_turn())
  begins,   // something new
};

struct DeadlineList;
struct Waiter;

// Where a thing that can be waited for keeps its waiter; null while nobody waits.
using WaitSlot = Waiter*;

// Lives in the awaiter, hence in a coroutine's frame, or in an object with a hook; must be unlinked
// before it is destroyed (ReadyQueue::forget).
struct Waiter {
  using Run = void (*)(Waiter&);

  explicit Waiter(Run run_when_woken, Turn its_turn = Turn::goes_on)
      : run(run_when_woken), turn(its_turn) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Run run;  // called by the ready queue
  Wake wake = Wake::ready;
  Turn turn;
  bool queued = false;               // in the ready queue
  std::array<WaitSlot*, 2> slots{};  // what points back at us, cleared on waking
  Waiter* next_ready = nullptr;

  // Its place in a deadline list (net/deadlines.h), if it has a limit.
  Waiter* earlier = nullptr;
  Waiter* later = nullptr;
  DeadlineList* list = nullptr;
  TimePoint expires{};
};

// Who is to run. In a turn those go on who have begun something; then a few begin. So what is under
// way stays little, fits the cache, and has its answer soonest, however many wait to begin: those
// wait in the kernel's buffers. Whoever has a message to send waits until a batch of the others has
// run.
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

  bool empty() const { return !others_ready() && of(Turn::sends).head == nullptr; }
  // Whether anybody is to run who does not just wait to send.
  bool others_ready() const {
    return of(Turn::goes_on).head != nullptr || of(Turn::begins).head != nullptr;
  }
  // Runs one turn, each kind first in, first out; what is queued meanwhile runs in the next one,
  // but for the messages.
  void run_turn();

 private:
  struct List {
    Waiter* head = nullptr;
    Waiter* tail = nullptr;
    const Waiter* last = nullptr;  // to run in the turn under way; null if that is over

    void append(Waiter& waiter);
    void remove(Waiter& waiter);
    void run_up_to(std::size_t most);
  };

  List& of(Turn turn) { return lists_[static_cast<std::size_t>(turn)]; }
  const List& of(Turn turn) const { return lists_[static_cast<std::size_t>(turn)]; }
  void run_senders();

  std::array<List, 3> lists_;
};

}  // namespace stickler::net
