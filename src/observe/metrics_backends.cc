// SPDX-License-Identifier: MIT
#include <algorithm>

#include "observe/metrics_served.h"

namespace stickler::observe {
namespace {

using Backend = BackendStats;

constexpr Family<Backend> kHaproxyBackends[] = {
    {"http_requests_total", kCounter, "Requests given to it.", count<Backend, Count::requests>},
    {"active_servers", kGauge, "Servers that take new sessions, without backup servers.",
     [](const Backend& it, const StatsSnapshot&) -> Value { return it.usable_servers(false); }},
    {"backup_servers", kGauge, "Backup servers that take new sessions.",
     [](const Backend& it, const StatsSnapshot&) -> Value { return it.usable_servers(true); }},
    {"weight", kGauge, "The weights of servers that take new sessions, added up.",
     [](const Backend& it, const StatsSnapshot&) -> Value { return it.usable_weight(); }},
    {"uweight", kGauge, "The same.",
     [](const Backend& it, const StatsSnapshot&) -> Value { return it.usable_weight(); }},
};

constexpr Family<Backend> kOwnBackends[] = {
    {"queue_timeouts_total", kCounter, "Requests that waited for a server in vain.",
     count<Backend, Count::queue_timeouts>},
};

struct Histogram {
  std::string_view name;
  std::string_view help;
  Span kind;
};

constexpr Histogram kHistograms[] = {
    {"stickler_backend_queue_duration_seconds", "How long requests waited for a server.",
     Span::queue},
    {"stickler_backend_connect_duration_seconds", "How long new connections took.", Span::connect},
    {"stickler_backend_response_duration_seconds",
     "From the request sent to the head of the answer.", Span::response},
    {"stickler_backend_total_duration_seconds",
     "Whole exchanges, from the first byte of the request to the last of the answer; no tunnels.",
     Span::total},
};

// How many servers are so, by the words of a label.
void put_servers(const Subjects<Backend>& backends, const Family<Backend>& family,
                 std::span<const std::string_view> words,
                 bool (*is)(const ServerStats&, std::string_view)) {
  backends.put_each(family, "state", words, [&](const Backend& it, std::size_t index) -> Value {
    return std::ranges::count_if(
        it.servers, [&](const ServerStats& server) { return is(server, words[index]); });
  });
}

void put_states(const Subjects<Backend>& backends) {
  backends.put_each({"haproxy_backend_status",
                     kGauge,
                     "1 for the state it is in; UP: it takes new sessions.",
                     {}},
                    "state", kProxyStates, [](const Backend& it, std::size_t state) -> Value {
                      return (kProxyStates[state] == "UP") == it.takes_new_sessions();
                    });
  put_servers(backends,
              {"haproxy_backend_agg_server_status", kGauge, "How many servers are so.", {}},
              kServerStates, is_in);
  put_servers(backends,
              {"haproxy_backend_agg_server_check_status", kGauge, "The same, by an old name.", {}},
              kServerStates, is_in);
  put_servers(backends,
              {"haproxy_backend_agg_check_status",
               kGauge,
               "Of how many servers the last check was so.",
               {}},
              kCheckStates, check_found);
}

}  // namespace

void put_backend_metrics(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Backend> backends(stats, out);
  for (const Backend& each : stats.backends) backends.add(each, Labels().with("proxy", each.name));
  backends.put("haproxy_backend_", kServedByHaproxysNames<Backend>);
  backends.put("haproxy_backend_", kHaproxyBackends);
  backends.put_responses("haproxy_backend_http_responses_total");
  put_states(backends);
  backends.put("stickler_backend_", kServedByOwnNames<Backend>);
  backends.put("stickler_backend_", kOwnBackends);
  for (const Histogram& histogram : kHistograms) {
    out.family(histogram.name, PrometheusText::Type::histogram, histogram.help);
    for (const Backend& each : stats.backends) {
      out.histogram(Labels().with("proxy", each.name), each.totals[histogram.kind]);
    }
  }
}

}  // namespace stickler::observe
