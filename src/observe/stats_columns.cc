// SPDX-License-Identifier: MIT
#include "observe/stats_columns.h"

#include <algorithm>
#include <chrono>

#include "base/assert.h"
#include "observe/server_words.h"

namespace stickler::observe {
namespace {

using backend::CheckResult;

// ---- values ----

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string number_unless_zero(std::uint64_t value) { return value == 0 ? "" : number(value); }

// Of a time that is over; the clock may have been put back meanwhile.
std::string whole_seconds(Duration span) {
  return std::to_string(
      std::chrono::floor<std::chrono::seconds>(std::max(span, Duration{0})).count());
}

std::string whole_milliseconds(Duration span) {
  return std::to_string(std::chrono::floor<std::chrono::milliseconds>(span).count());
}

std::string_view algorithm_word(config::Backend::Balance balance) {
  switch (balance) {
    case config::Backend::Balance::roundrobin:
      return "roundrobin";
    case config::Backend::Balance::leastconn:
      return "leastconn";
    case config::Backend::Balance::source:
      return "source";
    case config::Backend::Balance::first:
      return "first";
  }
  ASSERT(false);
  return {};
}

// HAProxy has a code only where an answer was understood.
std::string code_of(const backend::CheckVerdict& verdict) {
  const bool understood =
      verdict.result == CheckResult::passed || verdict.result == CheckResult::wrong_status;
  return understood ? number(verdict.status) : "";
}

// ---- cells: of any row … ----

constexpr auto kName = [](const auto& row) { return row.of.name; };
constexpr auto kZero = [](const auto&) { return std::string("0"); };
constexpr auto kOne = [](const auto&) { return std::string("1"); };
constexpr auto kTwo = [](const auto&) { return std::string("2"); };
constexpr auto kHttp = [](const auto&) { return std::string("http"); };

template <Count what>
constexpr auto kCounted = [](const auto& row) { return number(row.of.totals[what]); };

constexpr auto kRequestRate = [](const auto& row) {
  return number(rate_now(row.of.totals.requests, row.all.now));
};
constexpr auto kMostRequests = [](const auto& row) { return number(row.of.highest.requests); };
constexpr auto kConnectionRate = [](const ListenerRow& row) {
  return number(rate_now(row.of.totals.connections, row.all.now));
};
constexpr auto kMostConnections = [](const ListenerRow& row) {
  return number(row.of.highest.connections);
};

template <Span kind>
constexpr auto kMean =
    [](const auto& row) { return whole_milliseconds(row.of.totals[kind].recent_mean()); };
template <Span kind>
constexpr auto kLongest =
    [](const auto& row) { return whole_milliseconds(row.of.totals[kind].longest); };

// ---- … of backends and servers … ----

constexpr auto kQueued = [](const auto& row) { return number(row.of.queued); };
constexpr auto kMostQueued = [](const auto& row) { return number(row.of.most_queued); };
constexpr auto kActive = [](const auto& row) { return number(row.of.active); };
constexpr auto kMostActive = [](const auto& row) { return number(row.of.most_active); };
constexpr auto kWentDown = [](const auto& row) { return number(row.of.went_down); };
constexpr auto kSince = [](const auto& row) { return whole_seconds(row.all.now - row.of.since); };
constexpr auto kDowntime = [](const auto& row) { return whole_seconds(row.of.downtime); };
constexpr auto kCookie = [](const auto& row) { return row.of.cookie; };
constexpr auto kLastRequest = [](const auto& row) {
  const WallTime last{std::chrono::seconds(row.of.totals.requests.last)};
  return last == WallTime{} ? "-1" : whole_seconds(row.all.now - last);
};
constexpr auto kProxyNumber = [](const auto& row) { return number(proxy_number(row.of)); };
constexpr auto kUsableWeight = [](const BackendRow& row) { return number(row.of.usable_weight()); };
constexpr auto kWeight = [](const ServerRow& row) { return number(row.of.weight); };

// ---- … and of servers that are checked ----

using ServerCell = std::string (*)(const ServerRow& row);

template <ServerCell cell>
constexpr auto kIfChecked =
    [](const ServerRow& row) { return row.of.checked ? cell(row) : std::string(); };

// ---- columns ----

constexpr Column all(std::string_view name, std::string_view tags, std::string_view type,
                     auto cell) {
  return {name, tags, type, cell, cell, cell};
}

// Of what is behind listeners.
constexpr Column behind(std::string_view name, std::string_view tags, std::string_view type,
                        auto cell) {
  return {name, tags, type, nullptr, cell, cell};
}

constexpr Column of_servers(std::string_view name, std::string_view tags, std::string_view type,
                            Column::Cell<ServerRow> cell) {
  return {name, tags, type, nullptr, nullptr, cell};
}

constexpr Column of_listeners(std::string_view name, std::string_view tags, std::string_view type,
                              Column::Cell<ListenerRow> cell) {
  return {name, tags, type, cell};
}

constexpr Column legend(Column column) {
  column.legend = true;
  return column;
}

constexpr Column absent(std::string_view name) { return {name, "", ""}; }

constexpr Column kCsvColumns[] = {
    {"pxname", "KNS", "str", kName, kName, [](const ServerRow& row) { return row.backend.name; }},
    {"svname", "KNS", "str", [](const ListenerRow&) { return std::string("FRONTEND"); },
     [](const BackendRow&) { return std::string("BACKEND"); }, kName},
    behind("qcur", "MGP", "u32", kQueued),
    behind("qmax", "MMP", "u32", kMostQueued),
    {"scur", "MGP", "u32", [](const ListenerRow& row) { return number(row.of.connections); },
     kActive, kActive},
    {"smax", "MMP", "u32", [](const ListenerRow& row) { return number(row.of.most_connections); },
     kMostActive, kMostActive},
    {"slim", "CLP", "u32",
     [](const ListenerRow& row) { return number(row.all.process.max_connections); }, nullptr,
     [](const ServerRow& row) { return number_unless_zero(row.of.maxconn); }},
    {"stot", "MCP", "u64", kCounted<Count::connections>, kCounted<Count::requests>,
     kCounted<Count::requests>},
    all("bin", "MCP", "u64", kCounted<Count::bytes_in>),
    all("bout", "MCP", "u64", kCounted<Count::bytes_out>),
    {"dreq", "MCP", "u64", kCounted<Count::denied_requests>, kZero},
    all("dresp", "MCP", "u64", kZero),
    of_listeners("ereq", "MCP", "u64", kCounted<Count::bad_requests>),
    behind("econ", "MCP", "u64", kCounted<Count::connect_errors>),
    behind("eresp", "MCP", "u64", kCounted<Count::response_errors>),
    behind("wretr", "MCP", "u64", kCounted<Count::retries>),
    behind("wredis", "MCP", "u64", kCounted<Count::redispatches>),
    {"status", "SGP", "str",
     [](const ListenerRow& row) { return std::string(row.all.process.stopping ? "STOP" : "OPEN"); },
     [](const BackendRow& row) { return std::string(row.of.takes_new_sessions() ? "UP" : "DOWN"); },
     [](const ServerRow& row) { return status_word(row.of); }},
    {"weight", "MaP", "u32", nullptr, kUsableWeight, kWeight},
    {"act", "SGP", "u32", nullptr,
     [](const BackendRow& row) { return number(row.of.usable_servers(false)); },
     [](const ServerRow& row) { return number(row.of.backup ? 0 : 1); }},
    {"bck", "SGP", "u32", nullptr,
     [](const BackendRow& row) { return number(row.of.usable_servers(true)); },
     [](const ServerRow& row) { return number(row.of.backup ? 1 : 0); }},
    of_servers("chkfail", "MCP", "u64",
               kIfChecked<[](const ServerRow& row) { return number(row.of.failed_checks); }>),
    {"chkdown", "MCP", "u64", nullptr, kWentDown, kIfChecked<kWentDown>},
    behind("lastchg", "MAP", "u32", kSince),
    {"downtime", "MCP", "u32", nullptr, kDowntime, kIfChecked<kDowntime>},
    of_servers("qlimit", "CLS", "u32",
               [](const ServerRow& row) { return number_unless_zero(row.backend.max_queue); }),
    all("pid", "KGP", "u32", kOne),
    {"iid", "KGS", "u32", kProxyNumber, kProxyNumber,
     [](const ServerRow& row) { return number(proxy_number(row.backend)); }},
    {"sid", "KGS", "u32", kZero, kZero,
     [](const ServerRow& row) { return number(server_number(row.of)); }},
    absent("throttle"),
    behind("lbtot", "MCP", "u64", kCounted<Count::balanced>),
    absent("tracked"),
    {"type", "CGS", "u32", kZero, kOne, kTwo},
    {"rate", "MRP", "u32", kConnectionRate, kRequestRate, kRequestRate},
    of_listeners("rate_lim", "CLP", "u32", kZero),
    {"rate_max", "MMP", "u32", kMostConnections, kMostRequests, kMostRequests},
    of_servers("check_status", "MOP", "str", kIfChecked<[](const ServerRow& row) {
                 return std::string(haproxy_word(last_verdict(row.of).result));
               }>),
    of_servers("check_code", "MOP", "u32",
               kIfChecked<[](const ServerRow& row) { return code_of(last_verdict(row.of)); }>),
    of_servers("check_duration", "MDP", "u64", kIfChecked<[](const ServerRow& row) {
                 const bool none = row.of.checks.empty();
                 return none ? std::string() : whole_milliseconds(last_verdict(row.of).took);
               }>),
    all("hrsp_1xx", "MCP", "u64", kCounted<Count::responses_1xx>),
    all("hrsp_2xx", "MCP", "u64", kCounted<Count::responses_2xx>),
    all("hrsp_3xx", "MCP", "u64", kCounted<Count::responses_3xx>),
    all("hrsp_4xx", "MCP", "u64", kCounted<Count::responses_4xx>),
    all("hrsp_5xx", "MCP", "u64", kCounted<Count::responses_5xx>),
    all("hrsp_other", "MCP", "u64", kCounted<Count::responses_other>),
    absent("hanafail"),
    of_listeners("req_rate", "MRP", "u32", kRequestRate),
    of_listeners("req_rate_max", "MMP", "u32", kMostRequests),
    all("req_tot", "MCP", "u64", kCounted<Count::requests>),
    behind("cli_abrt", "MCP", "u64", kCounted<Count::client_aborts>),
    behind("srv_abrt", "MCP", "u64", kCounted<Count::server_aborts>),
    absent("comp_in"),
    absent("comp_out"),
    absent("comp_byp"),
    absent("comp_rsp"),
    behind("lastsess", "MAP", "s32", kLastRequest),
    of_servers("last_chk", "MOP", "str",
               kIfChecked<[](const ServerRow& row) { return last_verdict(row.of).text; }>),
    absent("last_agt"),
    behind("qtime", "MaP", "u32", kMean<Span::queue>),
    behind("ctime", "MaP", "u32", kMean<Span::connect>),
    behind("rtime", "MaP", "u32", kMean<Span::response>),
    behind("ttime", "MaP", "u32", kMean<Span::total>),
    absent("agent_status"),
    absent("agent_code"),
    absent("agent_duration"),
    of_servers("check_desc", "MOP", "str", kIfChecked<[](const ServerRow& row) {
                 return std::string(describe(last_verdict(row.of).result));
               }>),
    absent("agent_desc"),
    of_servers("check_rise", "CGS", "u32",
               kIfChecked<[](const ServerRow& row) { return number(row.of.rise); }>),
    of_servers("check_fall", "CGS", "u32",
               kIfChecked<[](const ServerRow& row) { return number(row.of.fall); }>),
    of_servers("check_health", "CGS", "u32",
               kIfChecked<[](const ServerRow& row) { return number(health_number(row.of)); }>),
    absent("agent_rise"),
    absent("agent_fall"),
    absent("agent_health"),
    legend(of_servers("addr", "CGS", "str", [](const ServerRow& row) { return row.of.address; })),
    legend(behind("cookie", "CNS", "str", kCookie)),
    all("mode", "CGS", "str", kHttp),
    legend({"algo", "CGS", "str", nullptr,
            [](const BackendRow& row) { return std::string(algorithm_word(row.of.balance)); }}),
    of_listeners("conn_rate", "MRP", "u32", kConnectionRate),
    of_listeners("conn_rate_max", "MMP", "u32", kMostConnections),
    of_listeners("conn_tot", "MCP", "u64", kCounted<Count::connections>),
    of_listeners("intercepted", "MCP", "u64", kCounted<Count::local_answers>),
    absent("dcon"),
    absent("dses"),
    absent("wrew"),
    behind("connect", "MCP", "u64", kCounted<Count::connects>),
    behind("reuse", "MCP", "u64", kCounted<Count::reuses>),
    absent("cache_lookups"),
    absent("cache_hits"),
    absent("srv_icur"),
    absent("src_ilim"),
    behind("qtime_max", "MMP", "u32", kLongest<Span::queue>),
    behind("ctime_max", "MMP", "u32", kLongest<Span::connect>),
    behind("rtime_max", "MMP", "u32", kLongest<Span::response>),
    behind("ttime_max", "MMP", "u32", kLongest<Span::total>),
    absent("eint"),
    absent("idle_conn_cur"),
    absent("safe_conn_cur"),
    absent("used_conn_cur"),
    absent("need_conn_est"),
    {"uweight", "MaP", "u32", nullptr, kUsableWeight, kWeight},
    absent("agg_server_status"),
    absent("agg_server_check_status"),
    absent("agg_check_status"),
    // kFirstOfModules. Names and order are those of Debian's build.
    of_listeners("ssl_sess", "MCP", "u64", kCounted<Count::handshakes>),
    of_listeners("ssl_reused_sess", "MCP", "u64", kCounted<Count::handshakes_resumed>),
    of_listeners("ssl_failed_handshake", "MCP", "u64", kCounted<Count::handshakes_failed>),
    absent("h2_headers_rcvd"),
    absent("h2_data_rcvd"),
    absent("h2_settings_rcvd"),
    absent("h2_rst_stream_rcvd"),
    absent("h2_goaway_rcvd"),
    absent("h2_detected_conn_protocol_errors"),
    absent("h2_detected_strm_protocol_errors"),
    absent("h2_rst_stream_resp"),
    absent("h2_goaway_resp"),
    absent("h2_open_connections"),
    absent("h2_backend_open_streams"),
    absent("h2_total_connections"),
    absent("h2_backend_total_streams"),
    absent("h1_open_connections"),
    absent("h1_open_streams"),
    absent("h1_total_connections"),
    absent("h1_total_streams"),
    absent("h1_bytes_in"),
    absent("h1_bytes_out"),
    absent("h1_spliced_bytes_in"),
    absent("h1_spliced_bytes_out"),
};

static_assert(kCsvColumns[kFirstOfModules].name == "ssl_sess");

}  // namespace

std::size_t proxy_number(const ListenerStats& listener) { return 2 + 2 * listener.id; }
std::size_t proxy_number(const BackendStats& backend) { return 3 + 2 * backend.id; }
std::size_t server_number(const ServerStats& server) { return 1 + server.id; }

std::span<const Column> stats_columns() { return kCsvColumns; }

}  // namespace stickler::observe
