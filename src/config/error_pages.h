// SPDX-License-Identifier: MIT
// Error pages: which file is whose, and what the files hold. They are read with the configuration,
// at start and at each reload, never while requests are served. Loading thread only.
#pragma once

#include <array>

#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

// What Stickler answers by itself with a page.
inline constexpr std::array<unsigned, 15> kErrorStatuses{400, 401, 404, 405, 408, 413, 414, 417,
                                                         431, 500, 501, 502, 503, 504, 505};

// Fills in the pages of all listeners; reports files that cannot be used.
void read_error_pages(Config& config, const Places& places, Report& report);

}  // namespace stickler::config
