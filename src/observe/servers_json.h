// SPDX-License-Identifier: MIT
// What is known of each server, for scripts. Pure.
#pragma once

#include <string>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

// An array of objects, one for each server. Times are seconds, since the epoch or long.
std::string servers_json(const StatsSnapshot& stats);

}  // namespace stickler::observe
