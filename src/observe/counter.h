// SPDX-License-Identifier: MIT
// A number that one thread counts up and any other may read meanwhile. With a single writer a load
// and a store are enough: no locked instruction, no wait, and nobody's cache line but the writer's.
#pragma once

#include <atomic>
#include <cstdint>

namespace stickler::observe {

class Counter {
 public:
  // The writer.
  void add(std::uint64_t amount = 1) { set(get() + amount); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void raise_to(std::uint64_t value) {
    if (value > get()) set(value);
  }
  // Any thread; may be a moment late.
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace stickler::observe
