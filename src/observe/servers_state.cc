// SPDX-License-Identifier: MIT
#include "observe/servers_state.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>

#include "base/assert.h"
#include "net/address.h"
#include "observe/server_words.h"
#include "observe/stats_columns.h"

namespace stickler::observe {
namespace {

using backend::Admin;
using backend::CheckResult;

constexpr std::string_view kColumnNames =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health "
    "srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord "
    "srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port\n";

// HAProxy's numbers: whether it takes requests; who has taken it out; what its checks are doing.
constexpr int kStopped = 0;
constexpr int kRunning = 2;
constexpr int kForcedMaint = 1;
constexpr int kForcedDrain = 8;
constexpr int kConfiguredAndEnabled = 6;

int operation_of(const ServerStats& server) {
  const bool runs = server.availability == balance::Availability::up ||
                    server.availability == balance::Availability::drain;
  return runs ? kRunning : kStopped;
}

int administration_of(const ServerStats& server) {
  if (server.admin == Admin::maint) return kForcedMaint;
  return server.admin == Admin::drain ? kForcedDrain : 0;
}

// HAProxy's order of what a check can find.
int status_number(CheckResult result) {
  switch (result) {
    case CheckResult::none:
      return 1;
    case CheckResult::unresolved:
      return 5;
    case CheckResult::connected:
      return 6;
    case CheckResult::no_connection:
      return 7;
    case CheckResult::not_connected:
      return 8;
    case CheckResult::tls_passed:
      return 9;
    case CheckResult::no_tls:
      return 10;
    case CheckResult::tls_failed:
      return 11;
    case CheckResult::no_answer:
      return 12;
    case CheckResult::bad_answer:
      return 13;
    case CheckResult::passed:
      return 15;
    case CheckResult::wrong_status:
      return 17;
  }
  ASSERT(false);
  return 0;
}

int result_of(const ServerStats& server) {
  constexpr int kUnknown = 0;
  constexpr int kFailed = 2;
  constexpr int kPassed = 3;
  if (!server.checked || server.checks.empty()) return kUnknown;
  return last_verdict(server).passed ? kPassed : kFailed;
}

// Where the server is: its name in the file if it is one, "-" for what it has not.
struct Place {
  std::string host = "-";
  std::string name = "-";
  unsigned port = 0;
};

Place network_place(const ServerStats& server) {
  Place place;
  const auto now = net::Address::parse(server.address);
  if (now && now->family() != AF_UNIX) {
    place.host = now->host();
    place.port = now->port();
  }
  const auto written = net::split_host_port(server.configured);
  if (!net::Address::parse(server.configured) && written) {
    place.name = written->host;
    if (!now) place.port = written->port;
  }
  return place;
}

std::string state_line(const BackendStats& backend, const ServerStats& server, WallTime now) {
  const Place place = network_place(server);
  const auto since = std::chrono::floor<std::chrono::seconds>(now - server.since).count();
  const int status =
      status_number(server.checked ? last_verdict(server).result : CheckResult::none);
  std::string line;
  auto add = [&](const auto& value) {
    if (!line.empty()) line += ' ';
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
      line += std::to_string(value);
    } else {
      line += value;
    }
  };
  add(proxy_number(backend));
  add(backend.name);
  add(server_number(server));
  add(server.name);
  add(place.host);
  add(operation_of(server));
  add(administration_of(server));
  add(server.weight);
  add(server.file_weight);
  add(std::max<std::int64_t>(since, 0));
  add(status);
  add(result_of(server));
  add(health_number(server));
  add(server.checked ? kConfiguredAndEnabled : 0);
  add("0 0 0");  // no agent, no forced numbers
  add(place.name);
  add(place.port);
  add("- 0 0 - - 0\n");  // no SRV record, no TLS, no other place for checks or agents
  return line;
}

// No purge, and no limit, of connections that are kept. Each of them has served a request and may
// serve another: what HAProxy calls safe.
std::string connections_line(const BackendStats& backend, const ServerStats& server,
                             const std::vector<KeptConnections>& kept) {
  const std::string name = backend.name + "/" + server.name;
  std::string per_worker;
  std::size_t sum = 0;
  for (const KeptConnections& worker : kept) {
    const auto found = worker.find(name);
    const std::size_t count = found == worker.end() ? 0 : found->second;
    sum += count;
    per_worker += fmt::format(" {}", count);
  }
  const Place place = network_place(server);
  return fmt::format("{} {}/{} {} {} - 0 {} {} 0 0 {} -1 {}{}\n", name, proxy_number(backend),
                     server_number(server), place.host, place.port, server.active,
                     server.most_active, sum, sum, per_worker);
}

}  // namespace

std::string servers_state(const StatsSnapshot& stats, std::string_view backend) {
  std::string text = "1\n";
  text += kColumnNames;
  for (const BackendStats& each : stats.backends) {
    if (!backend.empty() && each.name != backend) continue;
    for (const ServerStats& server : each.servers) text += state_line(each, server, stats.now);
  }
  return text;
}

std::string servers_connections(const StatsSnapshot& stats, std::string_view backend,
                                const std::vector<KeptConnections>& kept) {
  const unsigned workers = stats.process.workers;
  std::vector<KeptConnections> of_each = kept;
  of_each.resize(workers);
  std::string text = fmt::format(
      "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est unsafe_nb "
      "safe_nb idle_lim idle_cur idle_per_thr[{}]\n",
      workers);
  for (const BackendStats& each : stats.backends) {
    if (!backend.empty() && each.name != backend) continue;
    for (const ServerStats& server : each.servers) text += connections_line(each, server, of_each);
  }
  return text;
}

}  // namespace stickler::observe
