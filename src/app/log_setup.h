// SPDX-License-Identifier: MIT
// The log of a command that runs until it is told to stop: its level, and its end.
#pragma once

#include <spdlog/common.h>

#include "config/config.h"

namespace stickler::app {

spdlog::level::level_enum log_level_of(config::Log::Level level);

// All that is left is to write the last lines. Who should read them may have stopped reading, and
// that must not keep us from ending.
void end_although_nobody_reads_the_log();

}  // namespace stickler::app
