// SPDX-License-Identifier: MIT
// An explanation as people read it: a line for each step, with the place in the configuration.
#pragma once

#include <chrono>
#include <string>

#include "observe/explain.h"

namespace stickler::observe {

// Several lines, each with its line feed.
std::string explanation_text(const Explanation& explanation);

// "12 s", "5 min", "30 h", "2 d": the largest unit of which there are two, rounded down.
std::string span_in_words(std::chrono::seconds span);

}  // namespace stickler::observe
