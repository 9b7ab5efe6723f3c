// SPDX-License-Identifier: MIT
#include "observe/stats_page_json.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <string_view>

#include "observe/cluster_json.h"
#include "observe/readable.h"
#include "observe/stats_words.h"

namespace stickler::observe {
namespace {

Json seconds_or_null(std::optional<Duration> span) {
  return span ? Json(in_seconds(*span)) : Json();
}

// `make`: of each its JSON.
template <typename T, typename Make>
Json list_of(const std::vector<T>& all, Make make) {
  Json list = Json::array();
  for (const T& each : all) list.push_back(make(each));
  return list;
}

// ---- what is counted of anything ----

struct NamedCount {
  Count count;
  std::string_view name;
};

constexpr std::array<NamedCount, kCounts> kCountNames{{
    {Count::connections, "connections"},
    {Count::handshakes, "handshakes"},
    {Count::handshakes_resumed, "handshakes_resumed"},
    {Count::handshakes_failed, "handshakes_failed"},
    {Count::requests, "requests"},
    {Count::bad_requests, "bad_requests"},
    {Count::denied_requests, "denied_requests"},
    {Count::local_answers, "local_answers"},
    {Count::balanced, "balanced"},
    {Count::responses_1xx, "responses_1xx"},
    {Count::responses_2xx, "responses_2xx"},
    {Count::responses_3xx, "responses_3xx"},
    {Count::responses_4xx, "responses_4xx"},
    {Count::responses_5xx, "responses_5xx"},
    {Count::responses_other, "responses_other"},
    {Count::bytes_in, "bytes_in"},
    {Count::bytes_out, "bytes_out"},
    {Count::connects, "connects"},
    {Count::reuses, "reuses"},
    {Count::stale_reuses, "stale_reuses"},
    {Count::retries, "retries"},
    {Count::redispatches, "redispatches"},
    {Count::connect_errors, "connect_errors"},
    {Count::response_errors, "response_errors"},
    {Count::queue_timeouts, "queue_timeouts"},
    {Count::client_aborts, "client_aborts"},
    {Count::server_aborts, "server_aborts"},
    {Count::moved_sessions, "moved_sessions"},
    {Count::tunnels_begun, "tunnels_begun"},
    {Count::tunnels_ended, "tunnels_ended"},
}};

// Not all of them mean something everywhere: a server accepts no connections.
enum class Of : std::uint8_t { clients, servers };

bool is_told(Count count, Of what) {
  const bool clients_only = count <= Count::handshakes_failed || count == Count::bad_requests ||
                            count == Count::denied_requests || count == Count::local_answers;
  const bool servers_only =
      count == Count::balanced || (count >= Count::connects && count <= Count::moved_sessions);
  return what == Of::clients ? !servers_only : !clients_only;
}

Json counts_of(const Totals& totals, Of what) {
  Json json = Json::object();
  for (const auto& [count, name] : kCountNames) {
    if (is_told(count, what)) json[std::string(name)] = totals[count];
  }
  return json;
}

Json rate(const RateTotal& now, std::uint64_t highest, WallTime when) {
  return {{"now", rate_now(now, when)}, {"highest", highest}};
}

Json times_of(const SpanTotals& spans) {
  return {{"count", spans.count()},
          {"sum", in_seconds(spans.sum)},
          {"longest", in_seconds(spans.longest)},
          {"recent_mean", in_seconds(spans.recent_mean())}};
}

Json times_of(const Totals& totals) {
  return {{"queue", times_of(totals[Span::queue])},
          {"connect", times_of(totals[Span::connect])},
          {"response", times_of(totals[Span::response])},
          {"total", times_of(totals[Span::total])}};
}

Json last_request_time(const RateTotal& rate) {
  return rate.last == 0 ? Json() : Json(iso_text(WallTime(std::chrono::seconds(rate.last))));
}

Json now_and_most(std::uint64_t now, std::uint64_t most) {
  return {{"now", now}, {"highest", most}};
}

// ---- the process and its listeners ----

Json json_of(const ProcessStats& process, WallTime now) {
  Json json{{"version", process.version},
            {"node", process.node},
            {"pid", process.pid},
            {"started", iso_text(process.started)},
            {"uptime", in_seconds(now - process.started)},
            {"workers", process.workers},
            {"descriptors", process.descriptors},
            {"stopping", process.stopping}};
  json["reload"] = nullptr;
  if (process.reload.when != WallTime{}) {
    json["reload"] = {{"time", iso_text(process.reload.when)},
                      {"ok", process.reload.ok},
                      {"text", process.reload.text}};
  }
  json["connections"] = now_and_most(process.connections, process.most_connections);
  json["connections"]["limit"] = process.max_connections;
  json["tunnels"] = process.totals.open_tunnels();
  json["lost_log_lines"] = process.lost_log_lines;
  json["connections_per_second"] =
      rate(process.totals.connections, process.highest.connections, now);
  json["requests_per_second"] = rate(process.totals.requests, process.highest.requests, now);
  json["counts"] = counts_of(process.totals, Of::clients);
  return json;
}

Json json_of(const ListenerStats& listener, WallTime now) {
  Json json{{"name", listener.name}, {"binds", listener.binds}, {"tls", listener.tls}};
  json["certificates"] = list_of(listener.certificates, [](const CertificateStats& each) {
    return Json{{"name", each.name}, {"until", iso_text(each.until)}};
  });
  json["connections"] = now_and_most(listener.connections, listener.most_connections);
  json["tunnels"] = listener.totals.open_tunnels();
  json["connections_per_second"] =
      rate(listener.totals.connections, listener.highest.connections, now);
  json["requests_per_second"] = rate(listener.totals.requests, listener.highest.requests, now);
  json["counts"] = counts_of(listener.totals, Of::clients);
  return json;
}

// ---- servers ----

Json json_of(const backend::CheckRecord& check) {
  const backend::CheckVerdict& verdict = check.verdict;
  return {{"time", iso_text(check.when)},
          {"passed", verdict.passed},
          {"result", backend::haproxy_word(verdict.result)},
          {"status", verdict.status == 0 ? Json() : Json(verdict.status)},
          {"took", in_seconds(verdict.took)},
          {"text", verdict.text}};
}

Json json_of(const DrainReport& drain) {
  return {{"sessions", drain.occupants.sessions},
          {"tunnels", drain.occupants.tunnels},
          {"requests", drain.occupants.requests},
          {"leave_per_minute", drain.decay ? Json(*drain.decay) : Json()},
          {"until_empty", seconds_or_null(drain.until_empty)},
          {"until_limit", seconds_or_null(drain.until_limit)}};
}

Json health_of(const ServerStats& server) {
  Json json{{"checked", server.checked},    {"state", word_of(server.health)},
            {"in_a_row", server.in_a_row},  {"rise", server.rise},
            {"fall", server.fall},          {"failed_checks", server.failed_checks},
            {"went_down", server.went_down}};
  const bool failed = server.last_failure.when != WallTime{};
  json["last_failure"] = failed ? json_of(server.last_failure) : Json();
  json["checks"] = list_of(server.checks, [](const auto& each) { return json_of(each); });
  return json;
}

Json recent_of(const SpanBuckets& recent) {
  std::uint64_t count = 0;
  for (std::uint64_t each : recent) count += each;
  Json json{{"count", count}};
  for (const auto& [name, share] : {std::pair{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}}) {
    json[name] = count == 0 ? Json() : Json(in_seconds(span_quantile(recent, share)));
  }
  return json;
}

Json json_of(const ServerStats& server, WallTime now) {
  Json json{{"name", server.name},
            {"address", text_or_null(server.address)},
            {"configured", server.configured},
            {"cookie", text_or_null(server.cookie)},
            {"backup", server.backup},
            {"weight", server.weight},
            {"file_weight", server.file_weight},
            {"maxconn", server.maxconn},
            {"state", word_of(server.availability)},
            {"admin", word_of(server.admin)},
            {"since", iso_or_null(server.since)},
            {"downtime", in_seconds(server.downtime)}};
  json["drain"] = server.drain ? json_of(*server.drain) : Json();
  json["health"] = health_of(server);
  json["sessions"] = server.sessions;
  json["tunnels"] = server.totals.open_tunnels();
  json["active"] = now_and_most(server.active, server.most_active);
  json["queue"] = now_and_most(server.queued, server.most_queued);
  json["requests_per_second"] = rate(server.totals.requests, server.highest.requests, now);
  json["last_request"] = last_request_time(server.totals.requests);
  json["recent_responses"] = recent_of(server.recent_responses);
  json["times"] = times_of(server.totals);
  json["counts"] = counts_of(server.totals, Of::servers);
  return json;
}

Json json_of(const BackendStats& backend, WallTime now) {
  Json json{{"name", backend.name},
            {"balance", word_of(backend.balance)},
            {"cookie", text_or_null(backend.cookie)},
            {"usable", backend.usable()},
            {"takes_new_sessions", backend.takes_new_sessions()},
            {"since", iso_or_null(backend.since)},
            {"downtime", in_seconds(backend.downtime)},
            {"went_down", backend.went_down},
            {"sessions", backend.sessions}};
  json["tunnels"] = backend.totals.open_tunnels();
  json["active"] = now_and_most(backend.active, backend.most_active);
  json["queue"] = now_and_most(backend.queued, backend.most_queued);
  json["requests_per_second"] = rate(backend.totals.requests, backend.highest.requests, now);
  json["last_request"] = last_request_time(backend.totals.requests);
  json["times"] = times_of(backend.totals);
  json["counts"] = counts_of(backend.totals, Of::servers);
  json["servers"] =
      list_of(backend.servers, [now](const auto& each) { return json_of(each, now); });
  return json;
}

// ---- stick tables ----

Json json_of(const TableStats& table) {
  const auto& counts = table.counts;
  return {{"name", table.name},
          {"size", table.limits.entries},
          {"used", counts.entries},
          {"idle", limit_or_null(table.limits.idle)},
          {"max_age", limit_or_null(table.limits.max_age)},
          {"shared", table.shared},
          {"counts",
           {{"hits", counts.hits},
            {"misses", counts.misses},
            {"claims", counts.claims},
            {"moves", counts.moves},
            {"expired", counts.expired},
            {"evicted", counts.evicted},
            {"corrected", counts.corrected}}}};
}

Json json_of(const cluster::SharingReport& report) {
  return {{"state", name_of(report.state)},
          {"since", iso_or_null(report.since)},
          {"address", text_or_null(report.address)},
          {"trouble", text_or_null(report.trouble)},
          {"lag", in_seconds(report.lag)},
          {"others", report.others},
          {"waiting", report.waiting},
          {"counts",
           {{"connections", report.connections},
            {"proposals", report.proposals},
            {"answers", report.answers},
            {"messages", report.messages},
            {"decided_alone", report.decided_alone},
            {"corrected", report.corrected}}}};
}

// ---- clusters ----

Json json_of(const cluster::ClusterReport& report) {
  Json json = cluster_json(report);
  json["nodes"] = nodes_json(report, iso_or_null);
  json["balancers"] = balancers_json(report);
  json["buckets"] = buckets_json(report, iso_or_null);
  return json;
}

// ---- news ----

Json json_of(const Event& event) {
  return {{"time", iso_text(event.when)}, {"weight", word_of(event.weight)}, {"text", event.text}};
}

Json json_of(const Move& move) {
  return {{"time", iso_text(move.when)},
          {"session", move.session == 0 ? Json() : Json(fmt::format("{:016x}", move.session))},
          {"backend", move.backend},
          {"from", move.from},
          {"to", move.to},
          {"reason", move.reason},
          {"request", move.request}};
}

Json json_of(const StatsWarning& warning) {
  return {{"weight", word_of(warning.weight)}, {"text", warning.text}};
}

}  // namespace

std::string stats_page_json(const StatsSnapshot& stats, const std::vector<StatsWarning>& warnings) {
  const auto simply = [](const auto& each) { return json_of(each); };
  const auto timed = [&stats](const auto& each) { return json_of(each, stats.now); };
  Json json{{"time", iso_text(stats.now)}, {"process", json_of(stats.process, stats.now)}};
  json["warnings"] = list_of(warnings, simply);
  json["listeners"] = list_of(stats.listeners, timed);
  json["backends"] = list_of(stats.backends, timed);
  json["tables"] = list_of(stats.tables, simply);
  json["redis"] = stats.sharing ? json_of(*stats.sharing) : Json();
  json["clusters"] = list_of(stats.clusters, simply);
  json["events"] = list_of(stats.events, simply);
  json["moves"] = list_of(stats.moves, simply);
  // Clients and servers may send any bytes: what is no UTF-8 is replaced, not thrown at.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stickler::observe
