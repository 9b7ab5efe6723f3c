// SPDX-License-Identifier: MIT
// Byte buffers lent for as long as bytes are in flight. Each thread has its own pool and a lease
// never changes threads, so nothing locks. Few sizes, so that a buffer freed is a buffer found.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace stickler::net {

class BufferPool;

// Owns `size()` bytes at `data()` until destroyed; the address never changes meanwhile.
class BufferLease {
 public:
  BufferLease() = default;
  BufferLease(BufferLease&& other) noexcept { swap(other); }
  BufferLease& operator=(BufferLease&& other) noexcept {
    BufferLease(std::move(other)).swap(*this);
    return *this;
  }
  ~BufferLease() { reset(); }

  char* data() const { return data_; }
  std::size_t size() const { return size_; }
  explicit operator bool() const { return data_ != nullptr; }
  void reset();

 private:
  friend class BufferPool;
  void swap(BufferLease& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  BufferPool* pool_ = nullptr;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

class BufferPool {
 public:
  static constexpr std::array<std::size_t, 6> kSizes{2048, 4096, 16384, 65536, 131072, 262144};

  // The calling thread's pool.
  static BufferPool& local();

  BufferPool() = default;
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  // At least `size` bytes. Sizes beyond the largest class are allocated and freed singly.
  BufferLease lease(std::size_t size);

  // Frees what nobody has needed since it was called last.
  void free_unneeded();
  // Bytes that nobody has.
  std::size_t idle() const;

 private:
  friend class BufferLease;
  struct Idle {
    std::vector<char*> buffers;
    std::size_t unneeded = 0;  // the fewest that there were since the last free_unneeded()
  };
  void give_back(char* data, std::size_t size);

  std::array<Idle, kSizes.size()> idle_;
};

}  // namespace stickler::net
