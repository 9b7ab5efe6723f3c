// SPDX-License-Identifier: MIT
// What HAProxy calls the state of a server and its checks (its management guide, 9.1, and
// `show servers state`), so that its tools and those who know it can read ours. Pure.
#pragma once

#include <string>
#include <string_view>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

// "UP", "UP 2/3", "DOWN", "DOWN 1/2", "DRAIN", "MAINT", "no check".
std::string status_word(const ServerStats& server);

// Its place between down for good (0) and up for good (rise + fall - 1).
unsigned health_number(const ServerStats& server);

// The last check; one that has found nothing if there was none.
backend::CheckVerdict last_verdict(const ServerStats& server);

// "Layer7 check passed"
std::string_view describe(backend::CheckResult result);

}  // namespace stickler::observe
