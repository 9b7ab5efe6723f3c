// SPDX-License-Identifier: MIT
#include "net/buffer_pool.h"

#include <cstdlib>

#include "base/assert.h"

namespace stickler::net {
namespace {

// What a pool keeps per size once nobody uses it: enough for the ups and downs of a busy worker.
constexpr std::array<std::size_t, 5> kKept{1024, 64, 32, 8, 4};

std::size_t class_of(std::size_t size) {
  std::size_t index = 0;
  while (index < BufferPool::kSizes.size() && BufferPool::kSizes[index] < size) ++index;
  return index;
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
  for (auto& idle : idle_) {
    for (char* data : idle) std::free(data);
  }
}

BufferLease BufferPool::lease(std::size_t size) {
  BufferLease lease;
  lease.pool_ = this;
  std::size_t index = class_of(size);
  lease.size_ = index < kSizes.size() ? kSizes[index] : size;
  if (index < kSizes.size() && !idle_[index].empty()) {
    lease.data_ = idle_[index].back();
    idle_[index].pop_back();
    return lease;
  }
  lease.data_ = static_cast<char*>(std::malloc(lease.size_));
  ASSERT(lease.data_ != nullptr);
  return lease;
}

void BufferPool::give_back(char* data, std::size_t size) {
  std::size_t index = class_of(size);
  if (index >= kSizes.size() || idle_[index].size() >= kKept[index]) {
    std::free(data);
    return;
  }
  idle_[index].push_back(data);
}

}  // namespace stickler::net
