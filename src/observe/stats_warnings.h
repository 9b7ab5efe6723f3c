// SPDX-License-Identifier: MIT
// What in a snapshot an administrator should see first, a sentence each. Pure.
#pragma once

#include <string>
#include <vector>

#include "observe/events.h"
#include "observe/stats_snapshot.h"

namespace stickler::observe {

// Certificates that are good for less long are mentioned.
inline constexpr Duration kCertificateWarning = std::chrono::days(21);

struct StatsWarning {
  Event::Weight weight = Event::Weight::warning;
  std::string text;
};

// The gravest first. Of `info` is what somebody has ordered, and what comes to an end by itself.
std::vector<StatsWarning> stats_warnings(const StatsSnapshot& stats);

}  // namespace stickler::observe
