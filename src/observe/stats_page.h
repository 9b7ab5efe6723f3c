// SPDX-License-Identifier: MIT
// The statistics page in the form that a request wants: HTML for people, CSV and JSON for programs.
// Pure; on the control thread.
#pragma once

#include "observe/stats_snapshot.h"
#include "proxy/local_pages.h"

namespace stickler::observe {

proxy::PageAnswer stats_page(StatsSnapshot stats, const proxy::PageRequest& request);

}  // namespace stickler::observe
