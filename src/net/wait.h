// SPDX-License-Identifier: MIT
// The one awaitable all waits are made of: suspends a coroutine until one of up to two slots is
// woken, or a limit passes. `Wake woke = co_await socket.readable(limit);`
#pragma once

#include <coroutine>

#include "base/units.h"
#include "net/waiter.h"

namespace stickler::net {

class [[nodiscard]] Wait : private Waiter {
 public:
  // Does not suspend if `ready_now`. Slots may be null. A limit of zero is none.
  Wait(bool ready_now, WaitSlot* first, WaitSlot* second, Duration limit,
       Turn its_turn = Turn::goes_on)
      : Waiter(&resume, its_turn), limit_(limit), ready_now_(ready_now) {
    slots = {first, second};
  }
  // For nothing but its turn among those who are ready.
  Wait(bool ready_now, Turn its_turn)
      : Waiter(&resume, its_turn), ready_now_(ready_now), queue_(true) {}

  bool await_ready() noexcept { return ready_now_; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept;
  Wake await_resume() const noexcept { return wake; }

 private:
  static void resume(Waiter& waiter);

  std::coroutine_handle<> waiting_;
  Duration limit_{};
  bool ready_now_;
  bool queue_ = false;  // at once
};

// co_await yield(): lets the loop and the other coroutines have their turn before going on.
inline Wait yield() { return Wait(false, Turn::goes_on); }

// co_await send_turn(), before a message: lets others who are ready read first, so that the
// messages of a turn go out one behind the other. A peer that sleeps is woken by the first then and
// finds the others when it has dealt with that; woken for each, it costs us a wake-up for each,
// which is dear on a virtual machine. Does not suspend if nobody else is ready.
Wait send_turn();

// co_await pause(duration, slot): Wake::timed_out when the time has passed, unless the slot is
// woken.
inline Wait pause(Duration duration, WaitSlot& slot) {
  return Wait(false, &slot, nullptr, duration);
}

// A limit over several waits ("the whole head within 10 s"): when it has passed, whoever waits in
// the guarded slot is woken with Wake::timed_out, and expired() is true.
class TotalLimit : private Waiter {
 public:
  TotalLimit(Duration limit, WaitSlot* guarded);
  ~TotalLimit();
  // From now on guards this slot.
  void guard(WaitSlot* slot) { guarded_ = slot; }
  bool expired() const { return expired_; }

 private:
  static void fire(Waiter& waiter);

  WaitSlot* guarded_;
  bool expired_ = false;
};

// Something one coroutine at a time waits for and others on the same loop announce. An announcement
// that finds nobody is remembered.
class Notice {
 public:
  Wait wait(Duration limit) {
    bool announced = announced_;
    announced_ = false;
    return Wait(announced, &slot_, nullptr, limit);
  }
  void announce();
  // For whoever may end the wait in another way.
  WaitSlot& slot() { return slot_; }

 private:
  WaitSlot slot_ = nullptr;
  bool announced_ = false;
};

}  // namespace stickler::net
