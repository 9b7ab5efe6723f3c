// SPDX-License-Identifier: MIT
#include "observe/metrics_served.h"

namespace stickler::observe {
namespace {

using Server = ServerStats;

// The last check, if there was one.
const backend::CheckVerdict* last_check(const Server& server) {
  return server.checked && !server.checks.empty() ? &server.checks.back().verdict : nullptr;
}

constexpr Family<Server> kHaproxyServers[] = {
    {"limit_sessions", kGauge,
     "Requests and tunnels allowed at once (maxconn), if there is a limit.",
     [](const Server& it, const StatsSnapshot&) -> Value {
       return it.maxconn == 0 ? Value() : it.maxconn;
     }},
    {"weight", kGauge, "Its share of new sessions.", member<Server, &Server::weight>},
    {"uweight", kGauge, "The same.", member<Server, &Server::weight>},
    {"check_failures_total", kCounter, "Checks that failed while it was up.",
     member<Server, &Server::failed_checks>},
    {"check_code", kGauge, "The status that the last check was answered with; 0: none.",
     [](const Server& it, const StatsSnapshot&) -> Value {
       const backend::CheckVerdict* last = last_check(it);
       return last != nullptr ? Value(last->status) : Value();
     }},
    {"check_duration_seconds", kGauge, "How long the last check took.",
     [](const Server& it, const StatsSnapshot&) -> Value {
       const backend::CheckVerdict* last = last_check(it);
       return last != nullptr ? Value(last->took) : Value();
     }},
};

Value until(const Server& server, std::optional<Duration> DrainReport::* what) {
  if (!server.drain) return std::nullopt;
  const std::optional<Duration>& span = (*server.drain).*what;
  return span ? Value(*span) : Value();
}

Value left(const Server& server, std::uint64_t Occupants::* what) {
  return server.drain ? Value(server.drain->occupants.*what) : Value();
}

constexpr Family<Server> kOwnServers[] = {
    {"sticky_sessions", kGauge, "Different sessions seen in the last 15 minutes, about.",
     member<Server, &Server::sessions>},
    {"drain_sessions", kGauge, "While it drains: sessions seen in the last 5 minutes.",
     [](const Server& it, const StatsSnapshot&) { return left(it, &Occupants::sessions); }},
    {"drain_tunnels", kGauge, "While it drains: tunnels open now.",
     [](const Server& it, const StatsSnapshot&) { return left(it, &Occupants::tunnels); }},
    {"drain_requests", kGauge, "While it drains: requests under way.",
     [](const Server& it, const StatsSnapshot&) { return left(it, &Occupants::requests); }},
    {"drain_until_empty_seconds", kGauge,
     "While it drains: when nobody will be left, by how fast they leave.",
     [](const Server& it, const StatsSnapshot&) { return until(it, &DrainReport::until_empty); }},
    {"drain_until_limit_seconds", kGauge, "While it drains: when who is left will be moved.",
     [](const Server& it, const StatsSnapshot&) { return until(it, &DrainReport::until_limit); }},
};

std::string_view haproxy_state(const Server& server) {
  switch (server.availability) {
    case balance::Availability::up:
      return "UP";
    case balance::Availability::drain:
      return "DRAIN";
    case balance::Availability::maint:
      return "MAINT";
    case balance::Availability::unknown:
    case balance::Availability::down:
      return "DOWN";
  }
  return "DOWN";
}

}  // namespace

bool is_in(const ServerStats& server, std::string_view state) {
  return haproxy_state(server) == state;
}

bool check_found(const ServerStats& server, std::string_view state) {
  const backend::CheckVerdict* last = last_check(server);
  return last != nullptr && backend::haproxy_word(last->result) == state;
}

void put_server_metrics(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Server> servers(stats, out);
  for (const BackendStats& backend : stats.backends) {
    const Labels proxy = Labels().with("proxy", backend.name);
    for (const Server& each : backend.servers) servers.add(each, proxy.with("server", each.name));
  }
  servers.put("haproxy_server_", kServedByHaproxysNames<Server>);
  servers.put("haproxy_server_", kHaproxyServers);
  servers.put_responses("haproxy_server_http_responses_total");
  servers.put_each(
      {"haproxy_server_status", kGauge, "1 for the state it is in.", {}}, "state", kServerStates,
      [](const Server& it, std::size_t state) -> Value { return is_in(it, kServerStates[state]); });
  servers.put_each({"haproxy_server_check_status", kGauge, "1 for what the last check found.", {}},
                   "state", kCheckStates, [](const Server& it, std::size_t state) -> Value {
                     if (!it.checked) return std::nullopt;
                     return check_found(it, kCheckStates[state]);
                   });
  servers.put("stickler_server_", kServedByOwnNames<Server>);
  servers.put("stickler_server_", kOwnServers);
}

}  // namespace stickler::observe
