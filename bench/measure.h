// SPDX-License-Identifier: MIT
// What a time slot cost: CPU time and memory of the processes under test, read from /proc by the
// load generator itself, so that the readings and the counts of requests belong to the same moment.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sys.h"

namespace stickler::bench {

using Seconds = std::chrono::duration<double>;

// The processes of a slot; whatever else ran on the machine is foreign.
struct Watched {
  std::vector<pid_t> proxy;
  std::vector<pid_t> origin;
};

// Readings at one moment; only differences mean something.
struct Reading {
  Clock::time_point at;
  Seconds proxy{};  // CPU time so far, of all threads
  Seconds origin{};
  Seconds load{};
  Seconds machine{};  // all processors, everybody, and what the hypervisor took
};

Reading read_now(const Watched& watched);

// Proportional set size: shared pages are divided among those who share them.
std::uint64_t pss_bytes(const std::vector<pid_t>& pids);

// What was counted in the slot, by the client.
struct Tally {
  bool counting = false;
  std::uint64_t correct = 0;  // right status, length and server; or the right echo
  std::uint64_t wrong = 0;    // anything else that was answered, and broken connections
  std::uint64_t bytes = 0;    // body bytes moved
  std::vector<float> latencies_us;
  std::string first_error;  // also before counting: a wrong warm-up spoils the slot

  void succeed(Clock::duration latency);
  void move(std::uint64_t body_bytes) { bytes += counting ? body_bytes : 0; }
  void fail(const std::string& why);
};

// The slot as one line of JSON on stdout; `pss`: bytes of the proxy.
void print_slot(const Reading& from, const Reading& to, std::uint64_t pss, Tally& tally);

}  // namespace stickler::bench
