// SPDX-License-Identifier: MIT
// Reads the tree into a Config, by the rows of the schema. Reports what no row knows and what its
// row refuses; relations between settings are not its business. Loading thread only.
#pragma once

#include "config/config.h"
#include "config/places.h"
#include "config/tree.h"

namespace stickler::config {

// What was refused keeps its default.
void read_config(const Node& root, const Sources& sources, Config& config, Places& places,
                 Report& report);

}  // namespace stickler::config
