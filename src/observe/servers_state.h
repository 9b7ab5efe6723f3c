// SPDX-License-Identifier: MIT
// Servers as HAProxy's `show servers state`, version 1 of its format, and `show servers conn` write
// them (its management guide, 9.3). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "observe/kept_connections.h"
#include "observe/stats_snapshot.h"

namespace stickler::observe {

// A line with the version, one with the names, one for each server. `backend`: of this one alone;
// "" : of all.
std::string servers_state(const StatsSnapshot& stats, std::string_view backend);

// A line with the names, one for each server. `kept`: of each worker; where it is missing, it is 0.
std::string servers_connections(const StatsSnapshot& stats, std::string_view backend,
                                const std::vector<KeptConnections>& kept = {});

}  // namespace stickler::observe
