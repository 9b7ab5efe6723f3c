// SPDX-License-Identifier: MIT
// How often something is repeated in a test: all the time, or not before the test is over.
#pragma once

#include "base/units.h"

namespace stickler::backend::test {

inline constexpr Duration kOften = std::chrono::milliseconds(1);
inline constexpr Duration kNever = std::chrono::hours(1);

}  // namespace stickler::backend::test
