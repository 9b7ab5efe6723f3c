// SPDX-License-Identifier: MIT
// The families that backends and servers have in common, about requests that went there; and the
// words for states of servers.
#pragma once

#include "observe/metrics_family.h"

namespace stickler::observe {

// `Served`: BackendStats or ServerStats.
template <typename Served>
Value last_request(const Served& served, const StatsSnapshot& stats) {
  const std::uint32_t last = served.totals.requests.last;
  if (last == 0) return -1;  // never
  const std::uint32_t now = second_of(stats.now);
  return now - std::min(now, last);
}

template <typename Served>
Value since_change(const Served& served, const StatsSnapshot& stats) {
  return stats.now - served.since;
}

template <typename Served>
inline constexpr auto kServedByHaproxysNames = std::to_array<Family<Served>>({
    {"current_queue", kGauge, "Requests that wait for a place.", member<Served, &Served::queued>},
    {"max_queue", kGauge, "The most requests that waited at once.",
     member<Served, &Served::most_queued>},
    {"current_sessions", kGauge, "Requests and tunnels being served.",
     member<Served, &Served::active>},
    {"max_sessions", kGauge, "The most requests and tunnels served at once.",
     member<Served, &Served::most_active>},
    {"sessions_total", kCounter, "Requests given to it.", count<Served, Count::requests>},
    {"max_session_rate", kGauge, "The most requests in a second.", requests_a_second<Served>},
    {"last_session_seconds", kGauge, "How long ago the last request ended; -1: there was none.",
     last_request<Served>},
    {"loadbalanced_total", kCounter, "Requests that the algorithm sent there, not their session.",
     count<Served, Count::balanced>},
    {"bytes_in_total", kCounter, "Bytes of requests, heads included.",
     count<Served, Count::bytes_in>},
    {"bytes_out_total", kCounter, "Bytes of answers, heads included.",
     count<Served, Count::bytes_out>},
    {"connection_attempts_total", kCounter, "Connections made, or tried to make.",
     count<Served, Count::connects>},
    {"connection_reuses_total", kCounter, "Kept connections used.", count<Served, Count::reuses>},
    {"connection_errors_total", kCounter,
     "Requests that reached no server: refused, too slow, or waited in vain.",
     count<Served, Count::connect_errors>},
    {"response_errors_total", kCounter, "Answers that did not come, were bad, or broke off.",
     count<Served, Count::response_errors>},
    {"retry_warnings_total", kCounter, "Requests sent once more to the same server.",
     count<Served, Count::retries>},
    {"redispatch_warnings_total", kCounter, "Requests sent away to another server.",
     count<Served, Count::redispatches>},
    {"client_aborts_total", kCounter, "Requests whose client went away.",
     count<Served, Count::client_aborts>},
    {"server_aborts_total", kCounter, "Answers that their server broke off.",
     count<Served, Count::server_aborts>},
    {"check_up_down_total", kCounter, "How often it has become unusable.",
     member<Served, &Served::went_down>},
    {"check_last_change_seconds", kGauge, "How long ago it became usable or unusable.",
     since_change<Served>},
    {"downtime_seconds_total", kCounter, "How long it was unusable in all.",
     member<Served, &Served::downtime>},
    {"queue_time_average_seconds", kGauge, "Mean wait for a place, of the last 1024.",
     mean<Served, Span::queue>},
    {"connect_time_average_seconds", kGauge, "Mean time to connect, of the last 1024.",
     mean<Served, Span::connect>},
    {"response_time_average_seconds", kGauge, "Mean time to an answer's head, of the last 1024.",
     mean<Served, Span::response>},
    {"total_time_average_seconds", kGauge, "Mean time of a whole exchange, of the last 1024.",
     mean<Served, Span::total>},
    {"max_queue_time_seconds", kGauge, "The longest wait for a place.",
     longest<Served, Span::queue>},
    {"max_connect_time_seconds", kGauge, "The longest time to connect.",
     longest<Served, Span::connect>},
    {"max_response_time_seconds", kGauge, "The longest time to an answer's head.",
     longest<Served, Span::response>},
    {"max_total_time_seconds", kGauge, "The longest exchange.", longest<Served, Span::total>},
});

template <typename Served>
inline constexpr auto kServedByOwnNames = std::to_array<Family<Served>>({
    {"moved_sessions_total", kCounter,
     "Requests whose cookie named another server than the one that they got.",
     count<Served, Count::moved_sessions>},
    {"stale_reuses_total", kCounter,
     "Kept connections that their server had just closed; the request was sent anew.",
     count<Served, Count::stale_reuses>},
    {"open_tunnels", kGauge, "WebSockets and other tunnels open now.", open_tunnels<Served>},
    {"tunnels_total", kCounter, "Tunnels begun.", count<Served, Count::tunnels_begun>},
});

// HAProxy's. Nobody is ever NOLB here.
inline constexpr std::array<std::string_view, 5> kServerStates{"DOWN", "UP", "MAINT", "DRAIN",
                                                               "NOLB"};
bool is_in(const ServerStats& server, std::string_view state);

// What the last check found, where there are checks.
inline constexpr std::array<std::string_view, 11> kCheckStates{
    "SOCKERR", "L4OK", "L4TOUT", "L4CON", "L6OK", "L6TOUT",
    "L6RSP",   "L7OK", "L7TOUT", "L7RSP", "L7STS"};
bool check_found(const ServerStats& server, std::string_view state);

}  // namespace stickler::observe
