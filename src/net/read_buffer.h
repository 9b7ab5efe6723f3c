// SPDX-License-Identifier: MIT
// Bytes received and not yet used up, in a leased buffer. Owns memory only while it is in use.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "net/buffer_pool.h"

namespace stickler::net {

class ReadBuffer {
 public:
  ReadBuffer() = default;
  ReadBuffer(ReadBuffer&& other) noexcept
      : lease_(std::move(other.lease_)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  ReadBuffer& operator=(ReadBuffer&&) = delete;

  bool empty() const { return begin_ == end_; }
  std::size_t size() const { return end_ - begin_; }
  std::string_view bytes() const { return {lease_.data() + begin_, size()}; }
  char* data() { return lease_.data() + begin_; }

  // Where the next bytes go, and how many fit.
  char* space() { return lease_.data() + end_; }
  std::size_t space_size() const { return lease_.size() - end_; }
  void received(std::size_t bytes) { end_ += static_cast<Offset>(bytes); }

  void consume(std::size_t bytes) { begin_ += static_cast<Offset>(bytes); }
  // Forgets all bytes but keeps the memory.
  void clear() { begin_ = end_ = 0; }

  // Room for `total` bytes counted from the first unused one. Moves the bytes if needed: views into
  // them end here.
  void reserve(std::size_t total) {
    if (lease_.size() - begin_ >= total) return;
    if (lease_.size() >= total) {
      std::memmove(lease_.data(), data(), size());
    } else {
      BufferLease larger = BufferPool::local().lease(total);
      if (size() > 0) std::memcpy(larger.data(), data(), size());
      lease_ = std::move(larger);
    }
    end_ -= begin_;
    begin_ = 0;
  }

  // Moves the bytes into a buffer of `size` bytes if they fit, so that the larger one serves the
  // next reader while it is still in the cache; false if they do not. Views into them end here.
  bool shrink(std::size_t size) {
    if (lease_.size() <= size) return true;
    if (this->size() > size) return false;
    BufferLease smaller = BufferPool::local().lease(size);
    std::memcpy(smaller.data(), data(), this->size());
    lease_ = std::move(smaller);
    end_ -= begin_;
    begin_ = 0;
    return true;
  }

  // Gives the memory back; what is left in it is lost.
  void release() {
    clear();
    lease_.reset();
  }

 private:
  // Of many idle connections each byte counts, and nobody keeps 4 GB.
  using Offset = std::uint32_t;

  BufferLease lease_;
  Offset begin_ = 0;
  Offset end_ = 0;
};

}  // namespace stickler::net
