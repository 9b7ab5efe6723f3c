// SPDX-License-Identifier: MIT
#include "observe/session_sketch.h"

#include <algorithm>
#include <cmath>

namespace stickler::observe {

// Forgets what is too old, before its stamp could be taken for a newer one. Returns the minute to
// write: a clock that is set back a little does not count.
std::uint32_t SessionSketch::begin_minute(std::uint32_t minute) {
  const std::uint32_t before = minute_.load(std::memory_order_relaxed);
  if (minute < before && before - minute < kMinutes) return before;
  const bool all = minute < before || minute - before >= kCycle - kMinutes;
  for (auto& stamp : stamps_) {
    const std::uint8_t last = stamp.load(std::memory_order_relaxed);
    if (last != 0 && (all || age(last, minute) >= kMinutes)) {
      stamp.store(0, std::memory_order_relaxed);
    }
  }
  minute_.store(minute, std::memory_order_relaxed);
  return minute;
}

void SessionSketch::collect(std::uint32_t now, std::uint32_t minutes, Places& into) const {
  const std::uint32_t last = minute_.load(std::memory_order_relaxed);
  const std::uint32_t since = now > last ? now - last : 0;
  minutes = std::min(minutes, kMinutes);
  if (since >= minutes) return;
  for (std::size_t place = 0; place < kPlaces; ++place) {
    const std::uint8_t stamp = stamps_[place].load(std::memory_order_relaxed);
    if (stamp != 0 && age(stamp, last) + since < minutes) into.set(place);
  }
}

std::uint64_t estimated_sessions(const SessionSketch::Places& places) {
  constexpr auto kAll = static_cast<double>(SessionSketch::kPlaces);
  const auto free = static_cast<double>(SessionSketch::kPlaces - places.count());
  return static_cast<std::uint64_t>(std::lround(kAll * std::log(kAll / std::max(free, 1.0))));
}

}  // namespace stickler::observe
