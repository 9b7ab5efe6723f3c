// SPDX-License-Identifier: MIT
// A snapshot as a program that has run for an hour could make it, for tests of those who show it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "observe/stats_snapshot.h"

namespace stickler::observe::test {

inline constexpr WallTime kNow{std::chrono::seconds(1'800'000'000)};

inline backend::CheckRecord check(bool passed, backend::CheckResult result, unsigned status,
                                  std::string text) {
  return {kNow, {passed, result, status, std::chrono::milliseconds(12), std::move(text)}};
}

inline ServerStats server(std::string name, std::size_t id, backend::Health health) {
  ServerStats server;
  server.cookie = name;
  server.name = std::move(name);
  server.id = id;
  server.address = "10.0.0." + std::to_string(id) + ":80";
  server.configured = server.address;
  server.weight = 1;
  server.file_weight = 1;
  server.health = health;
  server.availability =
      health == backend::Health::down ? balance::Availability::down : balance::Availability::up;
  server.rise = 2;
  server.fall = 3;
  server.checked = true;
  server.since = kNow - std::chrono::seconds(90);
  return server;
}

// A listener "web", and a backend "app" with: s1, which serves; s2, which is down; s3, which an
// administrator has taken out.
inline StatsSnapshot an_hour_old() {
  using backend::CheckResult;
  StatsSnapshot stats;
  stats.now = kNow;
  stats.process.version = "1.2.3";
  stats.process.node = "balancer";
  stats.process.pid = 4321;
  stats.process.started = kNow - std::chrono::hours(1) - std::chrono::seconds(5);
  stats.process.workers = 2;
  stats.process.descriptors = 2048;
  stats.process.max_connections = 1000;
  stats.process.connections = 7;

  ListenerStats& web = stats.listeners.emplace_back();
  web.name = "web";
  web.binds = {":80", ":8080"};
  web.connections = 7;

  BackendStats& app = stats.backends.emplace_back();
  app.name = "app";
  app.cookie = "SRV";
  app.since = kNow - std::chrono::seconds(30);
  ServerStats& s1 = app.servers.emplace_back(server("s1", 1, backend::Health::up));
  s1.checks.push_back(check(true, CheckResult::passed, 200, "GET /: 200 in 12 ms"));
  s1.active = 4;
  ServerStats& s2 = app.servers.emplace_back(server("s2", 2, backend::Health::down));
  s2.checks.push_back(check(false, CheckResult::wrong_status, 503, "GET /: 503, but \"no\""));
  s2.downtime = std::chrono::seconds(90);
  s2.maxconn = 20;
  ServerStats& s3 = app.servers.emplace_back(server("s3", 3, backend::Health::up));
  s3.admin = backend::Admin::maint;
  s3.availability = balance::Availability::maint;
  s3.backup = true;
  s3.checked = false;
  return stats;
}

// The lines of what shows it.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) lines.emplace_back(take_until(text, '\n'));
  return lines;
}

}  // namespace stickler::observe::test
