// SPDX-License-Identifier: MIT
// The last things that happened, for pages: what the log says of servers and of administration, and
// sessions that have moved to another server. A few are kept, the oldest are forgotten. Any thread;
// nothing on the data path comes here but a session that moves.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "base/units.h"

namespace stickler::observe {

struct Event {
  enum class Weight : std::uint8_t { info, warning, error };
  WallTime when{};
  Weight weight = Weight::info;
  std::string text;  // the log's sentence
};

// A request that was one server's, by its session or because that was asked first, and was answered
// by another.
struct Move {
  WallTime when{};
  std::uint64_t session = 0;  // balance/session_key.h; 0: not known
  std::string backend;
  std::string from;
  std::string to;
  std::string reason;   // as in the log: "redispatched: server-pro-ha-2 is down"
  std::string request;  // its request line, cut
};

class Events {
 public:
  static constexpr std::size_t kKept = 50;

  void note(Event event);
  void note(Move move);

  // The newest first.
  std::vector<Event> events() const;
  std::vector<Move> moves() const;

 private:
  mutable std::mutex mutex_;
  std::deque<Event> events_;  // guarded by mutex_
  std::deque<Move> moves_;    // ditto
};

}  // namespace stickler::observe
