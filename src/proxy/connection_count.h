// SPDX-License-Identifier: MIT
// How many client connections are open, and how many were at most; counted by all workers, once
// when a connection comes and once when it goes.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

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

// An open connection: counted among all, and among its listener's, which may be gone before it.
class CountedConnection {
 public:
  CountedConnection() = default;
  CountedConnection(ConnectionCount& all, std::shared_ptr<ConnectionCount> of_listener)
      : all_(&all), of_listener_(std::move(of_listener)) {
    all_->opened();
    of_listener_->opened();
  }
  CountedConnection(CountedConnection&& other) noexcept
      : all_(other.all_), of_listener_(std::move(other.of_listener_)) {}
  CountedConnection& operator=(CountedConnection&& other) noexcept {
    std::swap(all_, other.all_);
    of_listener_.swap(other.of_listener_);
    return *this;
  }
  ~CountedConnection() {
    if (of_listener_ == nullptr) return;
    of_listener_->closed();
    all_->closed();
  }

 private:
  ConnectionCount* all_ = nullptr;
  std::shared_ptr<ConnectionCount> of_listener_;  // null: none is counted
};

}  // namespace stickler::proxy
