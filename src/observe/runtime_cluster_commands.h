// SPDX-License-Identifier: MIT
// Commands about clusters: show buckets, show nodes, rebalance.
#pragma once

#include <string_view>

#include "observe/administration.h"

namespace stickler::observe {

class RuntimeCommands;

void add_cluster_commands(RuntimeCommands& commands, Administration& administration);

// How a refusal of `rebalance` begins.
inline constexpr std::string_view kNotRebalanced = "not rebalanced: ";

}  // namespace stickler::observe
