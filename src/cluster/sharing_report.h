// SPDX-License-Identifier: MIT
// How it goes with the tables that are shared through Redis, for who looks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace stickler::cluster {

struct SharingReport {
  enum class State {
    alone,     // nobody answers: each balancer decides by itself
    settling,  // answers again; what is known here is told first
    shared,
  };
  State state = State::alone;
  WallTime since{};             // of the state
  std::string address;          // of the Redis in use, or the last one tried
  std::string trouble;          // why nobody answers; "" while somebody does
  Duration lag{0};              // of the last message to ourselves, through Redis
  unsigned others = 0;          // balancers that were heard of lately
  std::size_t waiting = 0;      // proposals that have no answer yet
  std::uint64_t proposals = 0;  // sent
  std::uint64_t answers = 0;
  std::uint64_t messages = 0;       // heard from others
  std::uint64_t connections = 0;    // made, first and again
  std::uint64_t decided_alone = 0;  // keys that had to be, because nobody answered in time
  std::uint64_t corrected = 0;      // keys that others had another server for
};

// "alone", "settling", "shared".
std::string_view name_of(SharingReport::State state);

}  // namespace stickler::cluster
