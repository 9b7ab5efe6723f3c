// SPDX-License-Identifier: MIT
#include "observe/drain.h"

#include <fmt/format.h>

namespace stickler::observe {
namespace {

constexpr Duration kMemory = std::chrono::minutes(15);

std::string whole_minutes(Duration duration) {
  using std::chrono::ceil;
  if (duration < std::chrono::minutes(1)) {
    return format_duration(ceil<std::chrono::seconds>(duration));
  }
  return format_duration(ceil<std::chrono::minutes>(duration));
}

double minutes_between(WallTime from, WallTime to) {
  return std::chrono::duration<double, std::ratio<60>>(to - from).count();
}

}  // namespace

void Drain::sample(const Occupants& occupants, WallTime now) {
  samples_.push_back({now, occupants.left()});
  while (now - samples_.front().when > kMemory) samples_.pop_front();
}

std::optional<double> Drain::decay() const {
  if (samples_.size() < 2) return std::nullopt;
  const Sample& first = samples_.front();
  const Sample& last = samples_.back();
  const double minutes = minutes_between(first.when, last.when);
  if (minutes <= 0) return std::nullopt;
  return (static_cast<double>(first.left) - static_cast<double>(last.left)) / minutes;
}

std::optional<Duration> Drain::until_empty() const {
  const std::optional<double> per_minute = decay();
  if (!per_minute || *per_minute <= 0) return std::nullopt;
  const double minutes = static_cast<double>(samples_.back().left) / *per_minute;
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double, std::ratio<60>>(minutes));
}

std::string to_line(const DrainReport& report) {
  std::string line =
      fmt::format("state={} sessions={} tunnels={} requests={}", report.state,
                  report.occupants.sessions, report.occupants.tunnels, report.occupants.requests);
  if (report.decay) line += fmt::format(" decay={:.1f}/min", *report.decay);
  if (report.until_empty) line += " empty_in=" + whole_minutes(*report.until_empty);
  if (report.until_limit) line += " limit_in=" + whole_minutes(*report.until_limit);
  return line;
}

}  // namespace stickler::observe
