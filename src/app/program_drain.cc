// SPDX-License-Identifier: MIT
// Drains under way: how many are left is looked at now and then, and at a drain's limit those who
// are left are moved.
#include <algorithm>

#include "app/program.h"
#include "base/log.h"

namespace stickler::app {
namespace {

// How often to see how many are left.
constexpr Duration kSampling = std::chrono::seconds(10);

std::string_view word_of(backend::Admin admin) {
  switch (admin) {
    case backend::Admin::ready:
      return "ready";
    case backend::Admin::drain:
      return "drain";
    case backend::Admin::maint:
      return "maint";
  }
  return "";
}

}  // namespace

std::optional<std::string> Program::drain(observe::ServerName server, Duration within) {
  if (auto refusal = set_state(server, backend::Admin::drain)) return refusal;
  const WallTime limit = loop_.wall_now() + within;
  admin_.of(full_name(server)).drain_until =
      std::chrono::system_clock::to_time_t(std::chrono::ceil<std::chrono::seconds>(limit));
  drain_limits_[full_name(server)] = limit;
  save_admin_state();
  drain_news_.announce();
  return std::nullopt;
}

observe::DrainReport Program::drain_report(observe::ServerName server) {
  observe::DrainReport report;
  report.state = word_of(admin_state(server));
  report.occupants = occupants(server);
  const std::string name = full_name(server);
  if (auto drain = drains_.find(name); drain != drains_.end()) {
    report.decay = drain->second.decay();
    report.until_empty = drain->second.until_empty();
  }
  if (auto limit = drain_limits_.find(name); limit != drain_limits_.end()) {
    report.until_limit = std::max(limit->second - loop_.wall_now(), Duration{0});
  }
  return report;
}

observe::Occupants Program::occupants(observe::ServerName server) const {
  const backend::ServerHealth* health = monitor_->find(server.backend, server.server);
  if (health == nullptr) return {};
  const backend::Server& known = health->server();
  const WallTime now = loop_.wall_now();
  observe::Occupants there;
  there.sessions = statistics_.sessions_seen(known.id(), observe::kSessionMinutes, now);
  there.tunnels = statistics_.totals(observe::Counted::server, known.id(), now).open_tunnels();
  const std::uint64_t active = known.view().active.load(std::memory_order_relaxed);
  there.requests = active > there.tunnels ? active - there.tunnels : 0;
  return there;
}

// After the state of a server was set, and at the start.
void Program::follow_drain(const std::string& server) {
  AdminOverride& set = admin_.of(server);
  if (set.state != backend::Admin::drain) {
    set.drain_until.reset();
    drains_.erase(server);
    drain_limits_.erase(server);
    return;
  }
  drains_.try_emplace(server, loop_.wall_now());
  if (set.drain_until) {
    drain_limits_[server] = std::chrono::time_point_cast<Duration>(
        std::chrono::system_clock::from_time_t(*set.drain_until));
  }
  drain_news_.announce();
}

net::Task<> Program::watch_drains() {
  while (!stopping_) {
    const Duration pause = sample_drains();
    co_await drain_news_.wait(pause);
  }
}

// Ends those whose limit has passed. When to look again; kNoLimit: once there is news.
Duration Program::sample_drains() {
  const WallTime now = loop_.wall_now();
  std::vector<std::string> over;
  Duration pause = kSampling;
  for (auto& [name, drain] : drains_) {
    drain.sample(occupants(name_of(name)), now);
    auto limit = drain_limits_.find(name);
    if (limit == drain_limits_.end()) continue;
    if (limit->second <= now) over.push_back(name);
    pause = std::min(pause, limit->second - now);
  }
  for (const std::string& name : over) {
    const observe::Occupants left = occupants(name_of(name));
    log_info("server {}: the time to drain is over: {} sessions and {} tunnels move now", name,
             left.sessions, left.tunnels);
    set_state(name_of(name), backend::Admin::maint);
  }
  if (drains_.empty()) return kNoLimit;
  return std::max(pause, Duration{std::chrono::milliseconds(1)});
}

}  // namespace stickler::app
