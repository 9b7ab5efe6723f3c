// SPDX-License-Identifier: MIT
// How a drain goes on: who is left at the server, how fast that becomes less, and when the last
// will have gone. Pure: samples and times are passed in.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "base/units.h"

namespace stickler::observe {

// Who is at a server now.
struct Occupants {
  std::uint64_t sessions = 0;  // seen in the last few minutes (kSessionMinutes)
  std::uint64_t tunnels = 0;
  std::uint64_t requests = 0;  // under way, tunnels not counted

  bool none() const { return sessions == 0 && tunnels == 0 && requests == 0; }
  // What has to go: a session with a tunnel is there twice, so the greater of the two.
  std::uint64_t left() const { return sessions > tunnels ? sessions : tunnels; }
};

// A session that was silent for so long is taken for gone.
inline constexpr unsigned kSessionMinutes = 5;

class Drain {
 public:
  explicit Drain(WallTime began) : began_(began) {}

  WallTime began() const { return began_; }
  // At regular times.
  void sample(const Occupants& occupants, WallTime now);

  // Sessions that leave per minute, over the last quarter of an hour at most; nothing before there
  // are two samples.
  std::optional<double> decay() const;
  // At that rate; nothing if it does not become less.
  std::optional<Duration> until_empty() const;

 private:
  struct Sample {
    WallTime when;
    std::uint64_t left;
  };
  WallTime began_;
  std::deque<Sample> samples_;
};

// One line, for people and for scripts:
// "state=drain sessions=11 tunnels=9 requests=2 decay=0.6/min empty_in=18m limit_in=25m"
struct DrainReport {
  std::string state;  // "ready", "drain", "maint"
  Occupants occupants;
  std::optional<double> decay;
  std::optional<Duration> until_empty;
  std::optional<Duration> until_limit;
};
std::string to_line(const DrainReport& report);

}  // namespace stickler::observe
