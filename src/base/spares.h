// SPDX-License-Identifier: MIT
// Objects that are costly to make and needed for a short while each: a few used ones are kept for
// the next who needs one. Not thread-safe; meant to be thread_local.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace stickler {

template <typename T>
class Spares {
 public:
  explicit Spares(std::size_t most) : most_(most) {}

  // As its last user left it.
  std::unique_ptr<T> take() {
    if (spare_.empty()) return std::make_unique<T>();
    std::unique_ptr<T> taken = std::move(spare_.back());
    spare_.pop_back();
    return taken;
  }

  void give_back(std::unique_ptr<T> used) {
    if (spare_.size() < most_) spare_.push_back(std::move(used));
  }

 private:
  std::vector<std::unique_ptr<T>> spare_;
  const std::size_t most_;
};

}  // namespace stickler
