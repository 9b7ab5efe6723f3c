// SPDX-License-Identifier: MIT
// Servers as HAProxy's `show servers state` writes them, version 1 of its format (its management
// guide, 9.3). Pure.
#pragma once

#include <string>
#include <string_view>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

// A line with the version, one with the names, one for each server. `backend`: of this one alone;
// "" : of all.
std::string servers_state(const StatsSnapshot& stats, std::string_view backend);

}  // namespace stickler::observe
