// SPDX-License-Identifier: MIT
// Makes the snapshot that everything people see is a view of. Control thread.
#pragma once

#include "backend/monitor.h"
#include "observe/events.h"
#include "observe/statistics.h"
#include "observe/stats_snapshot.h"
#include "proxy/snapshot.h"

namespace stickler::observe {

// Where the numbers are. All of one moment: between two waits of the control thread.
struct StatsSources {
  const proxy::Snapshot& snapshot;
  const backend::HealthMonitor& monitor;
  const Statistics& statistics;
  const Events& events;
};

// All but what only the program itself knows: the process, but for its sums and rates, and drains.
StatsSnapshot gather_stats(const StatsSources& sources, WallTime now);

}  // namespace stickler::observe
