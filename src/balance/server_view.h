// SPDX-License-Identifier: MIT
// What a decision may know about a server: names, and a few numbers that other threads keep
// current.
// Contained in the live server (backend/server.h); reads are relaxed: a decision that is one health
// check late is corrected by redispatch.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace stickler::balance {

// Whether a server takes requests. Checks and administration write it, one thread at a time.
enum class Availability : std::uint8_t {
  unknown,  // not checked yet: takes nothing
  up,
  drain,  // keeps its sessions, takes no new ones
  down,
  maint,  // taken out by hand: like down
};

struct ServerView {
  std::string name;
  std::string cookie;                 // the value that names this server
  std::vector<std::string> formerly;  // older values that still mean this server
  bool backup = false;
  std::atomic<Availability> availability{Availability::unknown};
  std::atomic<std::uint32_t> weight{1};   // 0 is drain
  std::atomic<std::uint32_t> maxconn{0};  // 0 : no limit
  std::atomic<std::uint32_t> active{0};   // requests and tunnels being served, all workers
  std::atomic<std::uint32_t> queued{0};   // requests waiting for this server in particular

  // Takes requests of sessions that are already its own.
  bool serves_sessions() const {
    Availability now = availability.load(std::memory_order_relaxed);
    return now == Availability::up || now == Availability::drain;
  }
  // Takes requests that belong to nobody yet.
  bool accepts_new_sessions() const {
    return availability.load(std::memory_order_relaxed) == Availability::up &&
           weight.load(std::memory_order_relaxed) > 0;
  }
  bool has_free_slot() const {
    std::uint32_t most = maxconn.load(std::memory_order_relaxed);
    return most == 0 || active.load(std::memory_order_relaxed) < most;
  }
};

// For who asks what would be if a server were in another state.
inline void copy_view(const ServerView& from, ServerView& to) {
  to.name = from.name;
  to.cookie = from.cookie;
  to.formerly = from.formerly;
  to.backup = from.backup;
  to.availability = from.availability.load(std::memory_order_relaxed);
  to.weight = from.weight.load(std::memory_order_relaxed);
  to.maxconn = from.maxconn.load(std::memory_order_relaxed);
  to.active = from.active.load(std::memory_order_relaxed);
  to.queued = from.queued.load(std::memory_order_relaxed);
}

// A weight to divide by. Zero means drain and is nobody's candidate, but another thread may set it
// between that judgement and the choice.
inline std::uint32_t share_of(const ServerView& server) {
  return std::max(server.weight.load(std::memory_order_relaxed), std::uint32_t{1});
}

}  // namespace stickler::balance
