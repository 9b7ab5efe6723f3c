// SPDX-License-Identifier: MIT
// What is said of the tables that are shared through Redis, wherever it is said. Pure.
#pragma once

#include <string>

#include "base/units.h"
#include "cluster/sharing_report.h"

namespace stickler::observe {

// The state and how long it has been so: "shared for 3 h", "alone for 45 s".
std::string sharing_state(const cluster::SharingReport& report, WallTime now);
// What it means: "Redis at 10.0.0.9:6379, lag 0.4 ms, 1 other balancer, nothing waits".
std::string sharing_details(const cluster::SharingReport& report);

}  // namespace stickler::observe
