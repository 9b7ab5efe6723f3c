// SPDX-License-Identifier: MIT
// The words for states in what programs read, and for an algorithm as the configuration has it.
#pragma once

#include <string_view>

#include "backend/server_state.h"
#include "balance/server_view.h"
#include "config/config.h"
#include "observe/events.h"

namespace stickler::observe {

std::string_view word_of(balance::Availability availability);  // "up", "drain", …
std::string_view word_of(backend::Health health);              // "up", "going_down", …
std::string_view word_of(backend::Admin admin);                // "ready", "drain", "maint"
std::string_view word_of(config::Backend::Balance balance);    // "roundrobin", …
std::string_view word_of(Event::Weight weight);                // "info", "warning", "error"

}  // namespace stickler::observe
