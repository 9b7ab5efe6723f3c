// SPDX-License-Identifier: MIT
// Defaults that follow another setting: time limits that follow `client`, a server's cookie that is
// its name, check intervals that follow `interval`. Loading thread only.
#pragma once

#include "config/config.h"
#include "config/places.h"

namespace stickler::config {

void resolve_defaults(Config& config, const Places& places, const Sources& sources);

}  // namespace stickler::config
