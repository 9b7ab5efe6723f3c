// SPDX-License-Identifier: MIT
// How long to wait between two checks of a server: from the end of one to the beginning of the
// next, as HAProxy counts. Pure.
#pragma once

#include <algorithm>
#include <cstddef>

#include "backend/server_state.h"
#include "base/units.h"
#include "config/config.h"

namespace stickler::backend {

inline Duration pause_after_check(const config::Check& settings, Health health) {
  if (health == Health::up) return settings.interval;
  if (health == Health::down) return settings.down_interval;
  return settings.fast_interval;
}

// A server's place among all that are checked. The first checks come all at once; then each server
// waits its share of a pause, so that they are not asked in step for ever.
struct CheckTurn {
  std::size_t position = 0;
  std::size_t count = 1;

  Duration share_of(Duration pause) const {
    const Duration share =
        pause * static_cast<Duration::rep>(position + 1) / static_cast<Duration::rep>(count);
    return std::max(share, Duration{1});  // nothing would mean no limit
  }
};

}  // namespace stickler::backend
