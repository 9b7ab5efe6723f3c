// SPDX-License-Identifier: MIT
#include "pacer.h"

#include <algorithm>

namespace stickler::bench {
namespace {

// Below every proxy's accept queue, so that opening thousands of tunnels drops no SYN.
constexpr std::size_t kOpeningAtOnce = 128;
constexpr Clock::duration kLongestWait = std::chrono::milliseconds(10);

}  // namespace

void Pacer::open_first() {
  for (std::size_t i = 0; i < kOpeningAtOnce; ++i) open_next();
}

void Pacer::open_next() {
  if (begun_ == sessions_.size()) return;
  sessions_[begun_++]->start(Clock::now());
}

void Pacer::idle(Session& session) {
  if (!session.opened) {
    session.opened = true;
    ++opened_;
    open_next();
  }
  if (finishing_) {
    ++finished_;
    return;
  }
  switch (mode_) {
    case Mode::at_once:
      return session.start(Clock::now());
    case Mode::pause:
      waiting_.push_back({Clock::now() + interval_, &session});
      return;
    case Mode::rate:
      idle_.push_back(&session);
      return;
  }
}

void Pacer::finish() {
  finishing_ = true;
  finished_ = waiting_.size() + idle_.size();
  waiting_.clear();
  idle_.clear();
}

Clock::duration Pacer::run_due() {
  const Clock::time_point now = Clock::now();
  while (!waiting_.empty() && waiting_.front().at <= now) {
    const Due due = waiting_.front();
    waiting_.pop_front();
    due.session->start(due.at);
  }
  Clock::time_point next = now + kLongestWait;
  if (!waiting_.empty()) next = std::min(next, waiting_.front().at);
  if (mode_ == Mode::rate && all_opened() && !finishing_) {
    start_at_rate(now);
    next = std::min(next, next_start_);
  }
  return next - now;
}

// While no session is idle the start stays due, and its delay counts.
void Pacer::start_at_rate(Clock::time_point now) {
  if (next_start_ == Clock::time_point{}) next_start_ = now;
  while (next_start_ <= now && !idle_.empty()) {
    Session* session = idle_.back();
    idle_.pop_back();
    session->start(next_start_);
    next_start_ += interval_;
  }
}

}  // namespace stickler::bench
