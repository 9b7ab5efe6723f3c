// SPDX-License-Identifier: MIT
#include "observe/servers_json.h"

#include "observe/json_values.h"
#include "observe/server_words.h"

namespace stickler::observe {
namespace {

Json number_or_null(unsigned number) { return number == 0 ? Json() : Json(number); }

Json span_or_null(std::optional<Duration> span) { return span ? Json(in_seconds(*span)) : Json(); }

Json check_of(const ServerStats& server) {
  if (!server.checked || server.checks.empty()) return {};
  const backend::CheckRecord& last = server.checks.back();
  return {{"result", haproxy_word(last.verdict.result)},
          {"text", last.verdict.text},
          {"time", time_or_null(last.when)},
          {"took", in_seconds(last.verdict.took)}};
}

Json drain_of(const ServerStats& server) {
  if (!server.drain) return {};
  const DrainReport& drain = *server.drain;
  return {{"sessions", drain.occupants.sessions},
          {"tunnels", drain.occupants.tunnels},
          {"requests", drain.occupants.requests},
          {"empty_in", span_or_null(drain.until_empty)},
          {"limit_in", span_or_null(drain.until_limit)}};
}

Json server_json(const BackendStats& backend, const ServerStats& server) {
  const Totals& totals = server.totals;
  return {{"backend", backend.name},
          {"server", server.name},
          {"status", status_word(server)},
          {"since", time_or_null(server.since)},
          {"address", text_or_null(server.address)},
          {"configured", server.configured},
          {"cookie", text_or_null(server.cookie)},
          {"backup", server.backup},
          {"weight", server.weight},
          {"file_weight", server.file_weight},
          {"active", server.active},
          {"maxconn", number_or_null(server.maxconn)},
          {"queued", server.queued},
          {"sessions", server.sessions},
          {"tunnels", totals.open_tunnels()},
          {"requests", totals[Count::requests]},
          {"connect_errors", totals[Count::connect_errors]},
          {"response_errors", totals[Count::response_errors]},
          {"retries", totals[Count::retries]},
          {"redispatches", totals[Count::redispatches]},
          {"went_down", server.went_down},
          {"downtime", in_seconds(server.downtime)},
          {"check", check_of(server)},
          {"drain", drain_of(server)}};
}

}  // namespace

std::string servers_json(const StatsSnapshot& stats) {
  Json all = Json::array();
  for (const BackendStats& backend : stats.backends) {
    for (const ServerStats& server : backend.servers) all.push_back(server_json(backend, server));
  }
  return document(all);
}

}  // namespace stickler::observe
