// SPDX-License-Identifier: MIT
// Durations and sizes: one representation inside the program, and the texts people write for them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stickler {

using Clock = std::chrono::steady_clock;
using TimePoint = std::chrono::time_point<Clock, std::chrono::microseconds>;
using Duration = std::chrono::microseconds;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// A limit of zero means "no limit" wherever a setting allows "off".
inline constexpr Duration kNoLimit = Duration::zero();

// "250us", "20ms", "15s", "1m", "23h", "7d"; one number and one unit, no spaces. Empty if `text` is
// anything else, or does not fit.
std::optional<Duration> parse_duration(std::string_view text);

// The shortest exact form: "90s", "1m", "250ms"; zero is "0s".
std::string format_duration(Duration duration);

// "512", "64k", "50m", "2g", also "kB", "MB", "GB" in any case; powers of 1024, as HAProxy and
// nginx count. Bytes. Empty if `text` is anything else, or does not fit 63 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);

// "64k", "50m", "1536": the largest unit that divides.
std::string format_size(std::uint64_t bytes);

}  // namespace stickler
