// SPDX-License-Identifier: MIT
// Password files: a line "USER:PASSWORD" each, '#' begins a comment line. Kept apart from the
// configuration, so that this may be shown and shared. Loading thread only.
#pragma once

#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

// Fills in the accounts of all pages; reports files that cannot be used, and pages that everybody
// may see.
void read_passwords(Config& config, const Places& places, Report& report);

}  // namespace stickler::config
