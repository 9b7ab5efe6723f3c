// SPDX-License-Identifier: MIT
// How many different sessions were seen lately, without remembering any: a session's key names one
// of a few thousand places, which keeps the minute in which it was last written. The share of
// places that are still unwritten says how many sessions there were (linear counting: Whang,
// Vander-Zanden, Taylor 1990). Noting a session is one store of a byte.
//
// Standard error, with 8192 places: below one session up to 100, 1 % of 1,000 to 10,000, 4 % of
// 50,000. Beyond some 70,000 all places are written, and the answer is that bound.
//
// Minutes are exact to one minute: "the last 15" are 14 whole ones and the one that is running.
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <cstddef>
#include <cstdint>

namespace stickler::observe {

class SessionSketch {
 public:
  static constexpr std::size_t kPlaces = 8192;
  static constexpr std::uint32_t kMinutes = 15;  // what is older is forgotten

  // The writer: a session with this key (evenly spread bits) was seen in that minute since the
  // epoch.
  void saw(std::uint64_t key, std::uint32_t minute) {
    if (minute != minute_.load(std::memory_order_relaxed)) minute = begin_minute(minute);
    stamps_[key % kPlaces].store(stamp_of(minute), std::memory_order_relaxed);
  }

  // Any thread: adds those seen in the last `minutes` (up to kMinutes), of which `now` is one.
  using Places = std::bitset<kPlaces>;
  void collect(std::uint32_t now, std::uint32_t minutes, Places& into) const;

 private:
  // A byte's worth of minutes; 0: never.
  static constexpr std::uint32_t kCycle = 255;
  static std::uint8_t stamp_of(std::uint32_t minute) {
    return static_cast<std::uint8_t>(minute % kCycle + 1);
  }
  static std::uint32_t age(std::uint8_t stamp, std::uint32_t minute) {
    return (minute % kCycle + 1 + kCycle - stamp) % kCycle;
  }
  std::uint32_t begin_minute(std::uint32_t minute);

  std::atomic<std::uint32_t> minute_{0};  // of the last write
  std::array<std::atomic<std::uint8_t>, kPlaces> stamps_{};
};

// The number of sessions that this many written places stand for.
std::uint64_t estimated_sessions(const SessionSketch::Places& places);

}  // namespace stickler::observe
