// SPDX-License-Identifier: MIT
// How much of a large body to move in one step. Steps grow while both sides keep up, since each
// costs two system calls and wakes both peers, and shrink for a receiver that is slower than its
// sender, since what it has not taken is kept in memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace stickler::proxy {

class PieceSize {
 public:
  // Bodies with no more than that to come do not go through a pipe (net/splice_pipe.h).
  static constexpr std::size_t kLeastPiped = 256 * 1024;

  // Of an answer no more is copied in one step: what its reader does not take is kept for it, and
  // readers may be many, and strangers.
  static constexpr std::size_t kMostCopied = 256 * 1024;

  // A body that never runs dry gives way to others after so many bytes.
  static constexpr std::size_t kPerTurn = 512 * 1024;

  std::size_t get() const { return size_; }
  // Of a body with so much to come, more than kLeastPiped: by the pipe goes all but the end, which
  // tells more than itself.
  std::size_t piped(std::uint64_t to_come) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(size_, to_come - kSmallest));
  }

  // So many came in a step, and the receiver had to be waited for, or not.
  void moved(std::size_t bytes, bool waited) {
    if (waited) {
      size_ = kSmallest;
    } else if (bytes >= size_) {
      size_ = std::min(2 * size_, kLargest);
    }
  }

 private:
  static constexpr std::size_t kFirst = 128 * 1024;
  static constexpr std::size_t kSmallest = 16 * 1024;
  static constexpr std::size_t kLargest = 512 * 1024;

  std::size_t size_ = kFirst;
};

}  // namespace stickler::proxy
