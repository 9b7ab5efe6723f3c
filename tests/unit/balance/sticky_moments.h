// SPDX-License-Identifier: MIT
// When something happens to a stick table in a test, and whose keys are in it.
#pragma once

#include <chrono>

#include "balance/sticky_table.h"

namespace stickler::balance {

inline constexpr TimePoint kBegan{std::chrono::hours(1000)};
inline TimePoint at(Duration later) { return kBegan + later; }

inline constexpr ServerNumber kOne = 1;
inline constexpr ServerNumber kTwo = 2;
inline constexpr ServerNumber kThree = 3;

}  // namespace stickler::balance
