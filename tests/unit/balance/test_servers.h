// SPDX-License-Identifier: MIT
// Servers for tests of the balance room: named s1, s2, … in the file's order, all up, weight 1.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "balance/algorithms.h"

namespace stickler::balance {

using Balance = config::Backend::Balance;

class TestServers {
 public:
  explicit TestServers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add("s" + std::to_string(i + 1));
  }
  explicit TestServers(const std::vector<std::uint32_t>& weights) : TestServers(weights.size()) {
    for (std::size_t i = 0; i < weights.size(); ++i) (*this)[i].weight = weights[i];
  }
  explicit TestServers(const std::vector<std::string>& names) {
    for (const std::string& name : names) add(name);
  }

  ServerView& operator[](std::size_t position) { return servers_[position]; }
  Servers all() const { return pointers_; }

 private:
  void add(const std::string& name) {
    ServerView& server = servers_.emplace_back();
    server.name = name;
    server.cookie = name;
    server.availability = Availability::up;
    pointers_.push_back(&server);
  }

  std::deque<ServerView> servers_;  // they hold atomics and cannot move
  std::vector<const ServerView*> pointers_;
};

inline Candidates all_but(Servers servers, const std::vector<std::size_t>& forbidden) {
  Candidates candidates(servers);
  for (std::size_t position : forbidden) candidates.forbid(position);
  return candidates;
}

// The numbers of the servers chosen in `turns` turns, as digits: "123123".
inline std::string turns_of(Algorithm& algorithm, const Candidates& candidates, int turns) {
  std::string chosen;
  for (int i = 0; i < turns; ++i) {
    chosen += std::to_string(algorithm.choose(candidates, "").value() + 1);
  }
  return chosen;
}

}  // namespace stickler::balance
