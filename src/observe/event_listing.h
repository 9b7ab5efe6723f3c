// SPDX-License-Identifier: MIT
// The last things that happened, sessions that moved among them, the newest first: as lines, and as
// JSON. Pure.
#pragma once

#include <string>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

// "[21/Nov/2026:02:01:23.123] warning server app/s2 is DOWN: …"
std::string event_lines(const StatsSnapshot& stats);
// An array of objects.
std::string events_json(const StatsSnapshot& stats);

}  // namespace stickler::observe
