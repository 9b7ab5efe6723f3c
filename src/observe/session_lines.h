// SPDX-License-Identifier: MIT
// Requests and tunnels that are open, as `show sess` writes them: HAProxy's line (its management
// guide, 9.3) with what its readers look for, and ours. And the same as JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "proxy/live_sessions.h"

namespace stickler::observe {

// "0x1: proto=tcpv4 src=10.0.0.1:50000 fe=web be=app srv=s1 age=1m5s calls=1 state=relay …"
std::string session_lines(const std::vector<proxy::LiveSession>& sessions);
// An array of objects.
std::string sessions_json(const std::vector<proxy::LiveSession>& sessions);

}  // namespace stickler::observe
