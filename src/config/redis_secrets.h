// SPDX-License-Identifier: MIT
// The secrets that tables are shared with: Redis' password, and the key of hashes. Kept in files of
// their own, so that the configuration may be shown. Loading thread only.
#pragma once

#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

// Fills in both; reports files that cannot be used.
void read_redis_secrets(Config& config, const Places& places, Report& report);

}  // namespace stickler::config
