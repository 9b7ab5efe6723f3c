// SPDX-License-Identifier: MIT
#include "balance/least_conn.h"

namespace stickler::balance {
namespace {

// Requests per weight, compared without dividing.
struct Load {
  std::uint64_t requests;
  std::uint64_t weight;
  bool operator<(const Load& other) const {
    return requests * other.weight < other.requests * weight;
  }
};

Load load_of(const ServerView& server) {
  std::uint64_t active = server.active.load(std::memory_order_relaxed);
  std::uint64_t queued = server.queued.load(std::memory_order_relaxed);
  return {active + queued, share_of(server)};
}

// The least loaded one, looked for from `from` on.
std::optional<std::size_t> least_loaded(const Candidates& candidates, std::size_t from) {
  Servers servers = candidates.servers();
  std::optional<std::size_t> best;
  Load least{};
  for (std::size_t step = 0; step < servers.size(); ++step) {
    std::size_t i = (from + step) % servers.size();
    if (!candidates.allowed(i)) continue;
    Load load = load_of(*servers[i]);
    if (best && !(load < least)) continue;
    best = i;
    least = load;
  }
  return best;
}

}  // namespace

std::optional<std::size_t> LeastConn::choose(const Candidates& candidates, std::string_view) {
  std::optional<std::size_t> best = least_loaded(candidates, next_);
  if (best) next_ = *best + 1;
  return best;
}

void LeastConn::narrow(Candidates& candidates, std::string_view) const {
  std::optional<std::size_t> best = least_loaded(candidates, 0);
  if (!best) return;
  Servers servers = candidates.servers();
  const Load least = load_of(*servers[*best]);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (least < load_of(*servers[i])) candidates.forbid(i);
  }
}

}  // namespace stickler::balance
