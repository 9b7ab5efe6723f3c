// SPDX-License-Identifier: MIT
// Numbers, sizes and times as people read them at a glance. Whoever needs them exactly asks for
// JSON or CSV. Pure, but for the zone of local times.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace stickler::observe {

std::string readable_count(std::uint64_t count);  // "1234", "12.3 k", "4.6 M"
// Powers of 1024, as everywhere here: "512 B", "4.1 MB".
std::string readable_size(std::uint64_t bytes);
std::string readable_share(std::uint64_t part, std::uint64_t whole);  // "0.3 %"; "–" of nothing

// Of a request: "0.4 ms", "38 ms", "2.1 s".
std::string readable_latency(Duration span);
// Of a state: "45 s", "2 min 5 s", "13 min", "3 d 4 h", "12 d".
std::string readable_span(Duration span);
std::string readable_ago(WallTime when, WallTime now);  // "2 min ago", "just now"

// Local time: "09:41:07", or "21 Nov 09:41" if that was another day; "2026-11-21 09:41:07 CET".
std::string clock_text(WallTime when, WallTime now);
std::string full_time_text(WallTime when);
// For programs: "2026-11-21T09:41:07.112Z".
std::string iso_text(WallTime when);

}  // namespace stickler::observe
