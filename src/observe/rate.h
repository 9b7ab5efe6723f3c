// SPDX-License-Identifier: MIT
// How often something happens per second, as HAProxy's frequency counters say it: what has happened
// in this second, and for the part of it that is still to come the same part of the second before.
// Written by one thread, read by any.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include "base/units.h"

namespace stickler::observe {

class Rate {
 public:
  // The writer: it happened once more, in this second (since the epoch).
  void count(std::uint32_t second) {
    std::atomic<std::uint64_t>& slot = slots_[second % kSlots];
    const std::uint64_t before = slot.load(std::memory_order_relaxed);
    const std::uint64_t same = before >> 32 == second ? before : std::uint64_t{second} << 32;
    slot.store(same + 1, std::memory_order_relaxed);
  }

  // How often in that second, if it is one of the last few. Any thread.
  std::uint32_t in(std::uint32_t second) const {
    const std::uint64_t slot = slots_[second % kSlots].load(std::memory_order_relaxed);
    return slot >> 32 == second ? static_cast<std::uint32_t>(slot) : 0;
  }

  // The last second in which it happened; 0: never. Any thread.
  std::uint32_t last() const {
    std::uint64_t last = 0;
    for (const auto& slot : slots_) last = std::max(last, slot.load(std::memory_order_relaxed));
    return static_cast<std::uint32_t>(last >> 32);
  }

 private:
  // Whoever notes each second's count may come this many seconds late, less one.
  static constexpr std::size_t kSlots = 4;
  // A second and its count in one word: never a torn pair.
  std::array<std::atomic<std::uint64_t>, kSlots> slots_{};
};

// Several rates, added up, at one moment.
struct RateTotal {
  std::uint64_t this_second = 0;
  std::uint64_t second_before = 0;
  std::uint32_t last = 0;  // second in which it happened; 0: never

  void add(const Rate& rate, std::uint32_t second) {
    this_second += rate.in(second);
    second_before += rate.in(second - 1);
    last = std::max(last, rate.last());
  }
  void add(const RateTotal& other) {
    this_second += other.this_second;
    second_before += other.second_before;
    last = std::max(last, other.last);
  }
  // Per second; `passed`: of this second.
  std::uint64_t at(Duration passed) const {
    constexpr std::uint64_t kSecond = 1'000'000;
    const auto left = kSecond - static_cast<std::uint64_t>(passed.count());
    return this_second + second_before * left / kSecond;
  }
};

}  // namespace stickler::observe
