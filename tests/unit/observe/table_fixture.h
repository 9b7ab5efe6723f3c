// SPDX-License-Identifier: MIT
// Two stick tables, one of them shared through a Redis that answers, for tests of those who show
// them.
#pragma once

#include "observe/stats_snapshot.h"

namespace stickler::observe::test {

inline constexpr WallTime kTablesSeen{std::chrono::seconds(1'800'000'000)};

inline TableStats own_table() {
  TableStats table;
  table.name = "clients";
  table.limits.entries = 500;
  table.counts.entries = 2;
  table.counts.hits = 4;
  table.counts.misses = 2;
  table.counts.claims = 2;
  return table;
}

inline TableStats shared_table() {
  TableStats table;
  table.name = "projects";
  table.limits.max_age = std::chrono::hours(24);
  table.shared = true;
  table.counts = {.entries = 40'000,
                  .hits = 81'234,
                  .misses = 41'000,
                  .claims = 40'900,
                  .moves = 7,
                  .expired = 12,
                  .evicted = 3,
                  .corrected = 2};
  return table;
}

inline cluster::SharingReport sharing_at(WallTime now) {
  cluster::SharingReport report;
  report.state = cluster::SharingReport::State::shared;
  report.since = now - std::chrono::hours(3);
  report.address = "10.0.0.9:6379";
  report.lag = std::chrono::microseconds(400);
  report.others = 1;
  report.proposals = 41'007;
  report.answers = 41'002;
  report.messages = 212;
  report.connections = 2;
  report.decided_alone = 5;
  report.corrected = 2;
  return report;
}

// The same moment with no Redis.
inline cluster::SharingReport alone_at(WallTime now) {
  cluster::SharingReport report = sharing_at(now);
  report.state = cluster::SharingReport::State::alone;
  report.since = now - std::chrono::seconds(45);
  report.trouble = "connection refused";
  return report;
}

// "clients", which is its own, and "projects", which is shared; nothing else.
inline StatsSnapshot with_tables() {
  StatsSnapshot stats;
  stats.now = kTablesSeen;
  stats.tables = {own_table(), shared_table()};
  stats.sharing = sharing_at(kTablesSeen);
  return stats;
}

}  // namespace stickler::observe::test
