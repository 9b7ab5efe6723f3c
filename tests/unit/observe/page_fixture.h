// SPDX-License-Identifier: MIT
// A snapshot in which everything happens that the statistics page has words for.
#pragma once

#include <string>

#include "observe/table_fixture.h"

namespace stickler::observe::test {

// 2027-01-15 08:00:00 UTC, and three quarters of a second.
inline constexpr WallTime kMoment{std::chrono::seconds(1'800'000'000) +
                                  std::chrono::milliseconds(750)};

inline void count(Totals& totals, Count what, std::uint64_t amount) {
  totals.counts[static_cast<std::size_t>(what)] = amount;
}

inline backend::CheckRecord check_at(Duration ago, bool passed) {
  using backend::CheckResult;
  backend::CheckVerdict verdict{
      passed, passed ? CheckResult::passed : CheckResult::wrong_status, passed ? 200U : 503U,
      std::chrono::milliseconds(3),
      passed ? "HEAD /status: 200 in 3 ms" : "HEAD /status: 503 in 12 ms"};
  return {kMoment - ago, std::move(verdict)};
}

inline ServerStats server_called(const std::string& name) {
  ServerStats server;
  server.name = name;
  server.address = server.configured = "10.0.0.1:80";
  server.cookie = name;
  server.weight = server.file_weight = 1;
  server.health = backend::Health::up;
  server.availability = balance::Availability::up;
  server.rise = 2;
  server.fall = 3;
  server.checked = true;
  server.since = kMoment - std::chrono::hours(76);
  return server;
}

inline ServerStats busy_server() {
  ServerStats server = server_called("ha-1");
  server.checks = {check_at(std::chrono::seconds(4), true),
                   check_at(std::chrono::seconds(2), true)};
  server.active = 12;
  server.most_active = 40;
  server.maxconn = 100;
  server.sessions = 96;
  server.recent_responses[span_bucket(std::chrono::milliseconds(40))] = 99;
  server.recent_responses[span_bucket(std::chrono::seconds(2))] = 1;
  server.highest.requests = 142;
  count(server.totals, Count::requests, 12'345);
  count(server.totals, Count::responses_2xx, 12'000);
  count(server.totals, Count::responses_5xx, 7);
  count(server.totals, Count::bytes_out, 4'300'000);
  count(server.totals, Count::tunnels_begun, 110);
  count(server.totals, Count::tunnels_ended, 6);
  server.totals.requests.this_second = 53;
  server.totals.requests.second_before = 72;
  server.totals.requests.last = second_of(kMoment);
  return server;
}

inline ServerStats draining_server() {
  ServerStats server = server_called("ha-2");
  server.availability = balance::Availability::drain;
  server.admin = backend::Admin::drain;
  server.drain =
      DrainReport{"drain", {11, 9, 2}, 0.6, std::chrono::minutes(18), std::chrono::minutes(25)};
  return server;
}

inline ServerStats failed_server() {
  ServerStats server = server_called("ha-3");
  server.health = backend::Health::going_up;
  server.availability = balance::Availability::down;
  server.in_a_row = 1;
  server.since = kMoment - std::chrono::minutes(13);
  server.downtime = std::chrono::minutes(13);
  server.went_down = 1;
  server.checks = {check_at(std::chrono::seconds(2), false), check_at(Duration{0}, true)};
  server.last_failure = server.checks.front();
  return server;
}

inline StatsSnapshot busy_snapshot() {
  StatsSnapshot stats;
  stats.now = kMoment;
  stats.process.version = "1.2.3";
  stats.process.node = "lb1";
  stats.process.pid = 4321;
  stats.process.started = kMoment - std::chrono::days(12);
  stats.process.workers = 2;
  stats.process.max_connections = 30'000;
  stats.process.connections = 412;
  stats.process.most_connections = 1'024;
  stats.process.reload = {kMoment - std::chrono::hours(1), true, "reloaded in 7 ms: nothing"};

  ListenerStats& listener = stats.listeners.emplace_back();
  listener.name = "https";
  listener.binds = {":443"};
  listener.tls = true;
  listener.certificates = {{"overleaf.example.com", kMoment + std::chrono::days(19)}};
  listener.connections = 412;
  count(listener.totals, Count::handshakes, 200);
  count(listener.totals, Count::handshakes_resumed, 162);
  count(listener.totals, Count::responses_2xx, 997);
  count(listener.totals, Count::responses_4xx, 3);
  count(listener.totals, Count::bad_requests, 5);

  BackendStats& backend = stats.backends.emplace_back();
  backend.name = "server-pro";
  backend.cookie = "server-pro-ha";
  backend.sessions = 90;
  backend.since = kMoment - std::chrono::days(12);
  backend.servers = {busy_server(), draining_server(), failed_server()};

  stats.tables = {own_table(), shared_table()};
  stats.sharing = sharing_at(kMoment);

  stats.events.push_back({kMoment - std::chrono::minutes(13), Event::Weight::warning,
                          "server server-pro/ha-3 is DOWN"});
  stats.moves.push_back({kMoment - std::chrono::minutes(12), 0x123456789abcf3a1, "server-pro",
                         "ha-3", "ha-1", "redispatched: ha-3 is down", "GET /project HTTP/1.1"});
  return stats;
}

}  // namespace stickler::observe::test
