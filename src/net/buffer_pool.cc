// SPDX-License-Identifier: MIT
#include "net/buffer_pool.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "base/assert.h"

namespace stickler::net {
namespace {

// What a pool keeps per size at most: enough for the ups and downs of a busy worker. The smallest
// are parts of the heap: what a crowd leaves of them is of use to all others there.
constexpr std::array<std::size_t, BufferPool::kSizes.size()> kKept{128, 128, 64, 32, 8, 4};

// By how many bits its largest offset has, which are as many as a size's that is a power of two.
constexpr auto kClassOfBits = [] {
  std::array<std::uint8_t, std::bit_width(BufferPool::kSizes.back() - 1) + 1> classes{};
  for (std::size_t bits = 0; bits < classes.size(); ++bits) {
    while (BufferPool::kSizes[classes[bits]] < std::size_t{1} << bits) ++classes[bits];
  }
  return classes;
}();
static_assert(std::ranges::all_of(BufferPool::kSizes, std::has_single_bit<std::size_t>));

// kSizes.size() if it is larger than those.
std::size_t class_of(std::size_t size) {
  if (size > BufferPool::kSizes.back()) return BufferPool::kSizes.size();
  return size == 0 ? 0 : kClassOfBits[static_cast<std::size_t>(std::bit_width(size - 1))];
}

}  // namespace

void BufferLease::reset() {
  if (data_ != nullptr) pool_->give_back(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

BufferPool& BufferPool::local() {
  thread_local BufferPool pool;
  return pool;
}

BufferPool::~BufferPool() {
  for (const Idle& idle : idle_) {
    for (char* data : idle.buffers) std::free(data);
  }
}

BufferLease BufferPool::lease(std::size_t size) {
  BufferLease lease;
  lease.pool_ = this;
  std::size_t index = class_of(size);
  lease.size_ = index < kSizes.size() ? kSizes[index] : size;
  if (index < kSizes.size() && !idle_[index].buffers.empty()) {
    Idle& idle = idle_[index];
    lease.data_ = idle.buffers.back();
    idle.buffers.pop_back();
    idle.unneeded = std::min(idle.unneeded, idle.buffers.size());
    return lease;
  }
  lease.data_ = static_cast<char*>(std::malloc(lease.size_));
  ASSERT(lease.data_ != nullptr);
  return lease;
}

void BufferPool::give_back(char* data, std::size_t size) {
  std::size_t index = class_of(size);
  if (index >= kSizes.size() || idle_[index].buffers.size() >= kKept[index]) {
    std::free(data);
    return;
  }
  idle_[index].buffers.push_back(data);
}

void BufferPool::free_unneeded() {
  for (Idle& idle : idle_) {
    for (; idle.unneeded > 0; --idle.unneeded) {
      std::free(idle.buffers.back());
      idle.buffers.pop_back();
    }
    idle.unneeded = idle.buffers.size();
  }
}

std::size_t BufferPool::idle() const {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kSizes.size(); ++i) bytes += idle_[i].buffers.size() * kSizes[i];
  return bytes;
}

}  // namespace stickler::net
