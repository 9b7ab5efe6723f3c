// SPDX-License-Identifier: MIT
#include "observe/counts.h"

#include <algorithm>

namespace stickler::observe {

void Totals::add(const Counters& counters, std::uint32_t second) {
  for (std::size_t i = 0; i < kCounts; ++i) counts[i] += counters.counts[i].get();
  connections.add(counters.connections, second);
  requests.add(counters.requests, second);
  for (std::size_t i = 0; i < kSpanKinds; ++i) spans[i].add(counters.spans[i]);
  most_active = std::max(most_active, counters.most_active.get());
  most_queued = std::max(most_queued, counters.most_queued.get());
}

void Totals::add(const Totals& other) {
  for (std::size_t i = 0; i < kCounts; ++i) counts[i] += other.counts[i];
  connections.add(other.connections);
  requests.add(other.requests);
  for (std::size_t i = 0; i < kSpanKinds; ++i) spans[i].add(other.spans[i]);
  most_active = std::max(most_active, other.most_active);
  most_queued = std::max(most_queued, other.most_queued);
}

}  // namespace stickler::observe
