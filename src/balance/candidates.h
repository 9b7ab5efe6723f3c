// SPDX-License-Identifier: MIT
// The servers that one request may be given to: a set of positions, made anew for each decision and
// therefore kept on the stack. Says nothing of why a position is out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "balance/server_view.h"

namespace stickler::balance {

// Servers by position in the configuration; positions never change within one configuration.
using Servers = std::span<const ServerView* const>;

// Starts with every server allowed; the caller forbids what is unusable, of the wrong tier (active
// or backup), tried already, or full. Allocates only for backends of more than 64 servers.
class Candidates {
 public:
  explicit Candidates(Servers servers)
      : servers_(servers),
        more_forbidden_(servers.empty() ? 0 : (servers.size() - 1) / kBits),
        allowed_count_(servers.size()) {}

  Servers servers() const { return servers_; }
  bool empty() const { return allowed_count_ == 0; }
  bool allowed(std::size_t position) const { return (word(position) & bit(position)) == 0; }

  void forbid(std::size_t position) {
    if (!allowed(position)) return;
    word(position) |= bit(position);
    --allowed_count_;
  }

  // Forbids all others.
  void keep_only(std::size_t position) {
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      if (i != position) forbid(i);
    }
  }

 private:
  static constexpr std::size_t kBits = 64;

  static std::uint64_t bit(std::size_t position) { return std::uint64_t{1} << position % kBits; }
  const std::uint64_t& word(std::size_t position) const {
    return position < kBits ? forbidden_ : more_forbidden_[position / kBits - 1];
  }
  std::uint64_t& word(std::size_t position) {
    return position < kBits ? forbidden_ : more_forbidden_[position / kBits - 1];
  }

  Servers servers_;
  std::uint64_t forbidden_ = 0;                // positions 0 to 63
  std::vector<std::uint64_t> more_forbidden_;  // those from 64 on
  std::size_t allowed_count_;
};

}  // namespace stickler::balance
