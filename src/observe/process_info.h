// SPDX-License-Identifier: MIT
// The process in HAProxy's words (its management guide, 9.3, `show info`): its names and order for
// what Stickler has, and what its tools want to find. Pure.
#pragma once

#include <string>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

// "Name: Stickler" and so on, a line each.
std::string info_text(const StatsSnapshot& stats);
// "0.Name.1:POS:str:Stickler", a line each.
std::string info_typed(const StatsSnapshot& stats);
// An array of objects with name, tags and value. One line.
std::string info_json(const StatsSnapshot& stats);

}  // namespace stickler::observe
