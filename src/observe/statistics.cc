// SPDX-License-Identifier: MIT
#include "observe/statistics.h"

#include <algorithm>

namespace stickler::observe {
namespace {

constexpr std::uint32_t kSecondsPerMinute = 60;
// How many seconds late tick() may come (Rate keeps a few).
constexpr std::uint32_t kLateTicks = 3;

}  // namespace

WorkerStatistics& Statistics::add_worker(proxy::RecordSink* next) {
  std::lock_guard lock(mutex_);
  workers_.push_back(std::make_unique<WorkerStatistics>(next));
  return *workers_.back();
}

Totals Statistics::totals(Counted what, std::size_t id, WallTime now) const {
  std::lock_guard lock(mutex_);
  return sum(what, id, now);
}

Totals Statistics::sum(Counted what, std::size_t id, WallTime now) const {
  Totals totals;
  for (const auto& worker : workers_) {
    const Counters* counters = worker->counters(what).find(id);
    if (counters != nullptr) totals.add(*counters, second_of(now));
  }
  return totals;
}

HighestRates Statistics::highest(Counted what, std::size_t id) const {
  std::lock_guard lock(mutex_);
  const auto& highest = highest_[static_cast<std::size_t>(what)];
  return id < highest.size() ? highest[id] : HighestRates{};
}

HighestRates Statistics::highest() const {
  std::lock_guard lock(mutex_);
  return highest_of_all_;
}

std::uint64_t Statistics::sessions_seen(std::span<const std::size_t> server_ids, unsigned minutes,
                                        WallTime now) const {
  std::lock_guard lock(mutex_);
  SessionSketch::Places places;
  for (const auto& worker : workers_) {
    for (std::size_t server_id : server_ids) {
      const SessionSketch* sessions = worker->sessions(server_id);
      if (sessions != nullptr) sessions->collect(minute_of(now), minutes, places);
    }
  }
  return estimated_sessions(places);
}

SpanBuckets Statistics::recent_responses(std::size_t server_id) const {
  std::lock_guard lock(mutex_);
  SpanBuckets recent = responses_of(server_id);
  // In its first minutes the process is no older than what is asked for.
  const bool young = minutes_.size() <= kRecentMinutes;
  if (young || server_id >= minutes_.front().size()) return recent;
  const SpanBuckets& before = minutes_.front()[server_id];
  for (std::size_t i = 0; i < kSpanBuckets; ++i) recent[i] -= before[i];
  return recent;
}

SpanBuckets Statistics::responses_of(std::size_t server_id) const {
  SpanTotals responses;
  for (const auto& worker : workers_) {
    const Counters* counters = worker->counters(Counted::server).find(server_id);
    if (counters != nullptr) responses.add((*counters)[Span::response]);
  }
  return responses.buckets;
}

void Statistics::tick(WallTime now) {
  std::lock_guard lock(mutex_);
  const std::uint32_t over = second_of(now) - 1;
  const std::uint32_t first = std::max(noted_second_ + 1, over - std::min(over, kLateTicks - 1));
  for (std::uint32_t second = first; second <= over; ++second) {
    const HighestRates all = note_rates(Counted::listener, second);
    highest_of_all_.connections = std::max(highest_of_all_.connections, all.connections);
    highest_of_all_.requests = std::max(highest_of_all_.requests, all.requests);
    note_rates(Counted::backend, second);
    note_rates(Counted::server, second);
  }
  noted_second_ = over;
  const std::uint32_t minute = second_of(now) / kSecondsPerMinute;
  if (minute != noted_minute_) note_minute();
  noted_minute_ = minute;
}

std::size_t Statistics::known(Counted what) const {
  std::size_t most = 0;
  for (const auto& worker : workers_) most = std::max(most, worker->counters(what).size());
  return most;
}

// Returns the sums over all that are counted.
HighestRates Statistics::note_rates(Counted what, std::uint32_t second) {
  auto& highest = highest_[static_cast<std::size_t>(what)];
  highest.resize(std::max(highest.size(), known(what)));
  HighestRates all;
  for (std::size_t id = 0; id < highest.size(); ++id) {
    HighestRates here;
    for (const auto& worker : workers_) {
      const Counters* counters = worker->counters(what).find(id);
      if (counters == nullptr) continue;
      here.connections += counters->connections.in(second);
      here.requests += counters->requests.in(second);
    }
    highest[id].connections = std::max(highest[id].connections, here.connections);
    highest[id].requests = std::max(highest[id].requests, here.requests);
    all.connections += here.connections;
    all.requests += here.requests;
  }
  return all;
}

void Statistics::note_minute() {
  std::vector<SpanBuckets> servers;
  const std::size_t count = known(Counted::server);
  for (std::size_t id = 0; id < count; ++id) servers.push_back(responses_of(id));
  minutes_.push_back(std::move(servers));
  if (minutes_.size() > kRecentMinutes + 1) minutes_.pop_front();
}

}  // namespace stickler::observe
