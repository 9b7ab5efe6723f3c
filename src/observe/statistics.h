// SPDX-License-Identifier: MIT
// The counters of all workers and their sums. Asking costs the workers nothing: they are not told.
//
// Two things need somebody to look every second (tick()): the highest rates, since no worker knows
// the others' counts; and how long answers took lately, since counts are kept from the beginning.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "observe/counts.h"
#include "observe/worker_statistics.h"

namespace stickler::observe {

// Highest in any whole second since the process began.
struct HighestRates {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
};

class Statistics {
 public:
  Statistics() = default;
  Statistics(const Statistics&) = delete;
  Statistics& operator=(const Statistics&) = delete;

  // One more worker's, which passes everything on to `next` (may be null). Lives as long as this.
  // Before the worker starts; any thread.
  WorkerStatistics& add_worker(proxy::RecordSink* next);

  // Sums; of what has no counts, zeros. Ids as in backend/identities.h. Any thread.
  Totals totals(Counted what, std::size_t id, WallTime now) const;
  HighestRates highest(Counted what, std::size_t id) const;
  // Of all listeners.
  HighestRates highest() const;

  // Different sessions that a server has answered in the last `minutes` (up to 15), about: see
  // session_sketch.h. Any thread.
  std::uint64_t sessions_seen(std::size_t server_id, unsigned minutes, WallTime now) const {
    return sessions_seen(std::span(&server_id, 1), minutes, now);
  }
  // By any of these; who was at several is counted once.
  std::uint64_t sessions_seen(std::span<const std::size_t> server_ids, unsigned minutes,
                              WallTime now) const;

  // How long a server's responses took in the last five minutes or so. Any thread.
  static constexpr std::size_t kRecentMinutes = 5;
  SpanBuckets recent_responses(std::size_t server_id) const;

  // Once a second; the control thread.
  void tick(WallTime now);

 private:
  Totals sum(Counted what, std::size_t id, WallTime now) const;
  std::size_t known(Counted what) const;
  HighestRates note_rates(Counted what, std::uint32_t second);
  SpanBuckets responses_of(std::size_t server_id) const;
  void note_minute();

  // Guards all that follows. Counters are only read under it: no worker ever waits.
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<WorkerStatistics>> workers_;
  std::array<std::vector<HighestRates>, kCountedKinds> highest_;
  HighestRates highest_of_all_;
  std::uint32_t noted_second_ = 0;
  std::uint32_t noted_minute_ = 0;
  std::deque<std::vector<SpanBuckets>> minutes_;  // by server, as they stood at each minute's end
};

}  // namespace stickler::observe
