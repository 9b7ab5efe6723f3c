// SPDX-License-Identifier: MIT
// The secrets that balancers share: Redis' and etcd's passwords, and the key of hashes. Kept in
// files of their own, so that the configuration may be shown to anybody.
#pragma once

#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

// Fills in what the named files hold; an error for each that cannot be read or holds nothing.
// Loading thread only.
void read_secrets(Config& config, const Places& places, Report& report);

}  // namespace stickler::config
