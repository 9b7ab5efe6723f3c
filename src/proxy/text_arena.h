// SPDX-License-Identifier: MIT
// Short-lived text: pieces made while a head is edited, all forgotten together. Addresses are
// stable until clear(); after the first few heads nothing is allocated any more.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace stickler::proxy {

class TextArena {
 public:
  void clear() {
    block_ = 0;
    used_ = 0;
  }

  std::string_view keep(std::string_view text) {
    char* copy = take(text.size());
    if (!text.empty()) std::memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    std::size_t size;
  };
  static constexpr std::size_t kBlock = 8192;

  char* take(std::size_t size) {
    while (block_ < blocks_.size() && blocks_[block_].size - used_ < size) {
      ++block_;
      used_ = 0;
    }
    if (block_ == blocks_.size()) {
      std::size_t bytes = std::max(size, kBlock);
      blocks_.push_back({std::make_unique<char[]>(bytes), bytes});
    }
    char* begin = blocks_[block_].bytes.get() + used_;
    used_ += size;
    return begin;
  }

  std::vector<Block> blocks_;
  std::size_t block_ = 0;
  std::size_t used_ = 0;
};

}  // namespace stickler::proxy
