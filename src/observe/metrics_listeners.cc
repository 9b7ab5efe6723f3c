// SPDX-License-Identifier: MIT
// Listeners are HAProxy's frontends.
#include <algorithm>
#include <map>

#include "observe/metrics_family.h"

namespace stickler::observe {
namespace {

using Listener = ListenerStats;

// A connection is a session once its handshake has succeeded.
Value sessions(const Listener& listener, const StatsSnapshot&) {
  const std::uint64_t connections = listener.totals[Count::connections];
  return connections - std::min(connections, listener.totals[Count::handshakes_failed]);
}

constexpr Family<Listener> kHaproxyListeners[] = {
    {"current_sessions", kGauge, "Connections open now.", member<Listener, &Listener::connections>},
    {"max_sessions", kGauge, "The most connections open at once.",
     member<Listener, &Listener::most_connections>},
    {"limit_sessions", kGauge, "Connections allowed at once, of all listeners together.",
     [](const Listener&, const StatsSnapshot& stats) -> Value {
       return stats.process.max_connections;
     }},
    {"sessions_total", kCounter, "Connections accepted, less failed TLS handshakes.", sessions},
    {"connections_total", kCounter, "Connections accepted.", count<Listener, Count::connections>},
    {"connections_rate_max", kGauge, "The most connections accepted in a second.",
     connections_a_second<Listener>},
    {"max_session_rate", kGauge, "The most connections accepted in a second.",
     connections_a_second<Listener>},
    {"bytes_in_total", kCounter, "Bytes of requests, heads included.",
     count<Listener, Count::bytes_in>},
    {"bytes_out_total", kCounter, "Bytes of answers, heads included.",
     count<Listener, Count::bytes_out>},
    {"http_requests_total", kCounter, "Requests.", count<Listener, Count::requests>},
    {"http_requests_rate_max", kGauge, "The most requests in a second.",
     requests_a_second<Listener>},
    {"request_errors_total", kCounter, "Requests that could not be read, or did not come in time.",
     count<Listener, Count::bad_requests>},
    {"requests_denied_total", kCounter, "Requests refused by a limit of the configuration.",
     count<Listener, Count::denied_requests>},
    {"intercepted_requests_total", kCounter,
     "Requests answered without a server: redirects, fixed answers, pages like this one.",
     count<Listener, Count::local_answers>},
};

constexpr Family<Listener> kOwnListeners[] = {
    {"open_tunnels", kGauge, "WebSockets and other tunnels open now.", open_tunnels<Listener>},
    {"tunnels_total", kCounter, "Tunnels begun.", count<Listener, Count::tunnels_begun>},
};

constexpr std::array<std::string_view, 3> kHandshakes{"full", "resumed", "failed"};

Value handshakes(const Listener& listener, std::size_t kind) {
  const Totals& totals = listener.totals;
  if (!listener.tls) return std::nullopt;
  if (kHandshakes[kind] == "failed") return totals[Count::handshakes_failed];
  const std::uint64_t resumed = totals[Count::handshakes_resumed];
  if (kHandshakes[kind] == "resumed") return resumed;
  return totals[Count::handshakes] - std::min(totals[Count::handshakes], resumed);
}

// Of certificates with one name, as RSA and ECDSA side by side, the one that expires first.
void put_certificates(const StatsSnapshot& stats, PrometheusText& out) {
  out.family("stickler_frontend_certificate_expiry_timestamp_seconds", kGauge,
             "When a certificate expires, since the epoch.");
  for (const Listener& listener : stats.listeners) {
    std::map<std::string_view, WallTime> first;
    for (const CertificateStats& certificate : listener.certificates) {
      WallTime& until = first.try_emplace(certificate.name, certificate.until).first->second;
      until = std::min(until, certificate.until);
    }
    const Labels proxy = Labels().with("proxy", listener.name);
    for (const auto& [name, until] : first) out.sample(proxy.with("name", name), Number(until));
  }
}

}  // namespace

void put_listener_metrics(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Listener> listeners(stats, out);
  for (const Listener& each : stats.listeners) {
    listeners.add(each, Labels().with("proxy", each.name));
  }
  listeners.put("haproxy_frontend_", kHaproxyListeners);
  listeners.put_responses("haproxy_frontend_http_responses_total");
  const bool up = !stats.process.stopping;
  listeners.put_each({"haproxy_frontend_status", kGauge, "1 for the state it is in.", {}}, "state",
                     kProxyStates, [up](const Listener&, std::size_t state) -> Value {
                       return (kProxyStates[state] == "UP") == up;
                     });
  listeners.put("stickler_frontend_", kOwnListeners);
  listeners.put_each({"stickler_frontend_tls_handshakes_total",
                      kCounter,
                      "TLS handshakes: full, resumed from a session before, or failed.",
                      {}},
                     "kind", kHandshakes, handshakes);
  put_certificates(stats, out);
}

}  // namespace stickler::observe
