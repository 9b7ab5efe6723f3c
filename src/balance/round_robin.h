// SPDX-License-Identifier: MIT
// roundrobin: in turn, by weight, and smoothly: weights 1, 2, 3 mix as 3 2 3 1 2 3, never 1 2 2 3
// 3 3.
//
// Each server is due again one stride after its last turn, and strides are the shorter the greater
// the weight; whoever is due first is chosen, at equal times the first in the file. Nobody is due
// earlier than now or later than a stride from now: so a server that was away has saved up no turns
// to take in a burst, and a weight changed while running counts from the next turn on.
#pragma once

#include <vector>

#include "balance/algorithms.h"

namespace stickler::balance {

class RoundRobin final : public Algorithm {
 public:
  explicit RoundRobin(Servers servers);
  std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) override;
  // Everybody's turn comes.
  void narrow(Candidates&, std::string_view) const override {}
  std::string_view name() const override { return "roundrobin"; }

 private:
  // Ticks of a clock that only turns move. 64 bits of them last for 10^13 turns.
  using Ticks = std::uint64_t;
  static Ticks stride(const ServerView& server);

  Ticks now_ = 0;
  std::vector<Ticks> due_;  // by position
};

}  // namespace stickler::balance
