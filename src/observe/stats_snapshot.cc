// SPDX-License-Identifier: MIT
#include "observe/stats_snapshot.h"

#include <algorithm>

namespace stickler::observe {
namespace {

bool takes_new(const ServerStats& server) {
  return server.availability == balance::Availability::up && server.weight > 0;
}

}  // namespace

bool BackendStats::usable() const {
  return std::ranges::any_of(servers, [](const ServerStats& server) {
    return server.availability == balance::Availability::up ||
           server.availability == balance::Availability::drain;
  });
}

bool BackendStats::takes_new_sessions() const { return std::ranges::any_of(servers, takes_new); }

unsigned BackendStats::usable_servers(bool backup) const {
  return static_cast<unsigned>(std::ranges::count_if(servers, [&](const ServerStats& server) {
    return server.backup == backup && takes_new(server);
  }));
}

unsigned BackendStats::usable_weight() const {
  const bool backup = usable_servers(false) == 0;
  unsigned sum = 0;
  for (const ServerStats& server : servers) {
    if (server.backup == backup && takes_new(server)) sum += server.weight;
  }
  return sum;
}

std::uint64_t rate_now(const RateTotal& rate, WallTime now) {
  return rate.at(now - std::chrono::floor<std::chrono::seconds>(now));
}

}  // namespace stickler::observe
