// SPDX-License-Identifier: MIT
// The statistics for programs: one JSON document with all that is known. Its names are promises;
// docs/statistics.md explains them. Times are ISO 8601 in UTC, spans numbers of seconds.
#pragma once

#include <string>
#include <vector>

#include "observe/stats_snapshot.h"
#include "observe/stats_warnings.h"

namespace stickler::observe {

std::string stats_page_json(const StatsSnapshot& stats, const std::vector<StatsWarning>& warnings);

}  // namespace stickler::observe
