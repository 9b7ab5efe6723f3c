// SPDX-License-Identifier: MIT
// Says when each session of the load generator does its next piece of work: at once (saturation),
// after a pause (heartbeats), or at a fixed rate, where a late start counts as latency.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "sys.h"

namespace stickler::bench {

// One simulated client. Reports to the pacer when a piece of work is done, well or not.
class Session : public Watcher {
 public:
  // Begins one piece of work; its latency counts from `intended`.
  virtual void start(Clock::time_point intended) = 0;

  bool opened = false;  // has done its first piece of work; the pacer's note
};

class Pacer {
 public:
  enum class Mode { at_once, pause, rate };

  // `interval`: the pause, or the time between two starts of the rate.
  Pacer(Mode mode, Clock::duration interval) : mode_(mode), interval_(interval) {}

  void add(std::unique_ptr<Session> session) { sessions_.push_back(std::move(session)); }
  void open_first();
  [[nodiscard]] bool all_opened() const { return opened_ == sessions_.size(); }

  // The session has done its piece of work.
  void idle(Session& session);

  // From now on nothing starts; what was begun ought to end.
  void finish();
  [[nodiscard]] bool all_finished() const { return finished_ == sessions_.size(); }

  // Starts what is due; returns how long nothing will be.
  Clock::duration run_due();

 private:
  struct Due {
    Clock::time_point at;
    Session* session;
  };

  void open_next();
  void start_at_rate(Clock::time_point now);

  Mode mode_;
  Clock::duration interval_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::size_t begun_ = 0;
  std::size_t opened_ = 0;
  bool finishing_ = false;
  std::size_t finished_ = 0;
  std::deque<Due> waiting_;         // pause: in order of time, since all pauses are equal
  std::vector<Session*> idle_;      // rate
  Clock::time_point next_start_{};  // rate
};

}  // namespace stickler::bench
