// SPDX-License-Identifier: MIT
// An array that its one writer makes longer while others read: elements never move, because they
// lie in chunks, each as long as all before it together, behind atomic pointers.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <memory>

#include "base/assert.h"

namespace stickler::observe {

template <typename T>
class GrowingArray {
 public:
  // The writer: makes the element if need be.
  T& operator[](std::size_t index) {
    const Place place = place_of(index);
    T* chunk = chunks_[place.chunk].load(std::memory_order_relaxed);
    if (chunk == nullptr) chunk = grow(place.chunk);
    if (index >= size_.load(std::memory_order_relaxed)) {
      size_.store(index + 1, std::memory_order_release);
    }
    return chunk[place.offset];
  }

  // Any thread: the element, or null if the writer has not come to it yet.
  const T* find(std::size_t index) const {
    const Place place = place_of(index);
    const T* chunk = chunks_[place.chunk].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : chunk + place.offset;
  }

  // Beyond the last element that was asked for. Any thread.
  std::size_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  static constexpr std::size_t kFirstBits = 3;  // the first chunk has 8 elements
  static constexpr std::size_t kChunks = 24;    // more names than any process will see

  struct Place {
    std::size_t chunk;
    std::size_t offset;
  };
  static Place place_of(std::size_t index) {
    const std::size_t shifted = index + (std::size_t{1} << kFirstBits);
    const auto bits = static_cast<std::size_t>(std::bit_width(shifted)) - 1;
    ASSERT(bits - kFirstBits < kChunks);
    return {bits - kFirstBits, shifted - (std::size_t{1} << bits)};
  }

  T* grow(std::size_t chunk) {
    owned_[chunk] = std::make_unique<T[]>(std::size_t{1} << (kFirstBits + chunk));
    chunks_[chunk].store(owned_[chunk].get(), std::memory_order_release);
    return owned_[chunk].get();
  }

  std::array<std::atomic<T*>, kChunks> chunks_{};
  std::array<std::unique_ptr<T[]>, kChunks> owned_;  // the writer's
  std::atomic<std::size_t> size_{0};
};

}  // namespace stickler::observe
