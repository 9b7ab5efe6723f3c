// SPDX-License-Identifier: MIT
// The snapshot for Prometheus: what HAProxy's exporter says under its names, and under stickler_
// what only we know. docs/metrics.md lists all.
#pragma once

#include <string>

#include "observe/stats_snapshot.h"
#include "proxy/local_pages.h"

namespace stickler::observe {

// In the format of prometheus_text.h.
std::string metrics_text(const StatsSnapshot& stats);

// The same as an answer.
proxy::PageAnswer metrics_page(const StatsSnapshot& stats);

}  // namespace stickler::observe
