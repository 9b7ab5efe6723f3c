// SPDX-License-Identifier: MIT
// How many client connections are open, and how many were at most; counted by all workers, once
// when a connection comes and once when it goes.
#pragma once

#include <atomic>
#include <cstddef>

namespace stickler::proxy {

class ConnectionCount {
 public:
  void opened() {
    const std::size_t now = open_.fetch_add(1, std::memory_order_relaxed) + 1;
    std::size_t most = most_.load(std::memory_order_relaxed);
    while (now > most && !most_.compare_exchange_weak(most, now, std::memory_order_relaxed)) {
    }
  }
  void closed() { open_.fetch_sub(1, std::memory_order_relaxed); }

  std::size_t open() const { return open_.load(std::memory_order_relaxed); }
  std::size_t most() const { return most_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> open_{0};
  std::atomic<std::size_t> most_{0};
};

}  // namespace stickler::proxy
