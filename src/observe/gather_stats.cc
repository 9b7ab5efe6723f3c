// SPDX-License-Identifier: MIT
#include "observe/gather_stats.h"

#include <algorithm>
#include <utility>

namespace stickler::observe {
namespace {

// How far back a session counts as seen lately.
constexpr unsigned kSessionsSeen = 15;

class Gathering {
 public:
  Gathering(const StatsSources& sources, WallTime now) : sources_(sources), now_(now) {}

  StatsSnapshot run() const;

 private:
  ProcessStats process(const std::vector<ListenerStats>& listeners) const;
  ListenerStats listener(const proxy::ListenerRules& rules) const;
  BackendStats backend(backend::Backend& backend) const;
  ServerStats server(const backend::Backend& backend, const backend::Server& server) const;
  TableStats table(const std::string& name) const;
  void add_health(const backend::ServerHealth& health, ServerStats& stats) const;

  const StatsSources& sources_;
  const WallTime now_;
};

StatsSnapshot Gathering::run() const {
  StatsSnapshot stats;
  stats.now = now_;
  for (const auto& rules : sources_.snapshot.listeners) stats.listeners.push_back(listener(*rules));
  for (const auto& each : sources_.snapshot.backends) stats.backends.push_back(backend(*each));
  for (const std::string& name : sources_.snapshot.tables->names()) {
    stats.tables.push_back(table(name));
  }
  stats.process = process(stats.listeners);
  stats.events = sources_.events.events();
  stats.moves = sources_.events.moves();
  return stats;
}

TableStats Gathering::table(const std::string& name) const {
  const balance::StickyTable& table = *sources_.snapshot.tables->find(name);
  return {name, table.limits(), table.sharing() != nullptr, table.counts()};
}

ProcessStats Gathering::process(const std::vector<ListenerStats>& listeners) const {
  ProcessStats process;
  for (const ListenerStats& listener : listeners) process.totals.add(listener.totals);
  process.highest = sources_.statistics.highest();
  return process;
}

ListenerStats Gathering::listener(const proxy::ListenerRules& rules) const {
  ListenerStats stats;
  stats.name = rules.settings.name;
  stats.id = rules.id;
  for (const config::Bind& bind : rules.settings.binds) stats.binds.push_back(bind.text);
  stats.tls = rules.tls != nullptr;
  if (stats.tls) {
    for (const auto& [name, until] : rules.tls->validities()) {
      stats.certificates.push_back({name, WallTime(std::chrono::seconds(until))});
    }
  }
  stats.connections = rules.connections->open();
  stats.most_connections = rules.connections->most();
  stats.totals = sources_.statistics.totals(Counted::listener, rules.id, now_);
  stats.highest = sources_.statistics.highest(Counted::listener, rules.id);
  return stats;
}

BackendStats Gathering::backend(backend::Backend& backend) const {
  BackendStats stats;
  const config::Backend& settings = backend.settings();
  stats.name = backend.name();
  stats.id = backend.id();
  stats.balance = settings.balance;
  if (settings.cookie) stats.cookie = settings.cookie->name;
  stats.max_queue = settings.max_queue;
  stats.totals = sources_.statistics.totals(Counted::backend, stats.id, now_);
  stats.highest = sources_.statistics.highest(Counted::backend, stats.id);
  stats.queued = backend.queue().waiting();
  stats.active = backend.active();
  stats.most_active = std::max<std::size_t>(stats.active, stats.totals.most_active);
  stats.most_queued = std::max<std::size_t>(stats.queued, stats.totals.most_queued);
  if (const backend::HealthReport* report = sources_.monitor.report(stats.name)) {
    stats.since = report->outage().since();
    stats.downtime = report->outage().total(now_);
    stats.went_down = report->outage().count();
  }
  std::vector<std::size_t> ids;
  for (std::size_t i = 0; i < backend.size(); ++i) {
    stats.servers.push_back(server(backend, backend.server(i)));
    ids.push_back(backend.server(i).id());
  }
  stats.sessions = sources_.statistics.sessions_seen(ids, kSessionsSeen, now_);
  return stats;
}

ServerStats Gathering::server(const backend::Backend& backend,
                              const backend::Server& server) const {
  ServerStats stats;
  const balance::ServerView& view = server.view();
  stats.name = server.name();
  stats.id = server.id();
  if (auto address = server.address()) stats.address = address->text();
  stats.configured = server.settings().address;
  if (backend.settings().cookie) stats.cookie = view.cookie;
  stats.backup = view.backup;
  stats.weight = view.weight;
  stats.file_weight = server.file_weight();
  stats.maxconn = view.maxconn;
  stats.availability = view.availability;
  stats.checked = backend.settings().check.kind != config::Check::Kind::off;
  if (auto* health = sources_.monitor.find(backend.name(), stats.name)) add_health(*health, stats);
  stats.totals = sources_.statistics.totals(Counted::server, stats.id, now_);
  stats.highest = sources_.statistics.highest(Counted::server, stats.id);
  stats.active = view.active;
  stats.queued = view.queued;
  stats.most_active = std::max<std::size_t>(stats.active, stats.totals.most_active);
  stats.most_queued = std::max<std::size_t>(stats.queued, stats.totals.most_queued);
  stats.sessions = sources_.statistics.sessions_seen(stats.id, kSessionsSeen, now_);
  stats.recent_responses = sources_.statistics.recent_responses(stats.id);
  return stats;
}

void Gathering::add_health(const backend::ServerHealth& health, ServerStats& stats) const {
  const backend::ServerState& state = health.state();
  stats.health = state.health();
  stats.admin = state.admin();
  stats.rise = state.rise();
  stats.fall = state.fall();
  stats.in_a_row = state.in_a_row();
  stats.since = health.outage().since();
  stats.downtime = health.outage().total(now_);
  stats.failed_checks = health.checks().failed();
  stats.went_down = health.checks().went_down();
  stats.checks.assign(health.checks().recent().begin(), health.checks().recent().end());
  stats.last_failure = health.checks().last_failure();
}

}  // namespace

StatsSnapshot gather_stats(const StatsSources& sources, WallTime now) {
  return Gathering(sources, now).run();
}

}  // namespace stickler::observe
