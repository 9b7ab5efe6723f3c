// SPDX-License-Identifier: MIT
#include "observe/metrics.h"

#include "observe/metrics_family.h"

namespace stickler::observe {
namespace {

using Process = ProcessStats;

Value connection_rate(const Process& process, const StatsSnapshot& stats) {
  return rate_now(process.totals.connections, stats.now);
}

Value always_one(const Process&, const StatsSnapshot&) { return 1; }

constexpr Family<Process> kHaproxyProcess[] = {
    {"nbthread", kGauge, "Threads that serve.", member<Process, &Process::workers>},
    {"nbproc", kGauge, "Processes that serve: always 1.", always_one},
    {"relative_process_id", kGauge, "The number of this process: always 1.", always_one},
    {"uptime_seconds", kGauge, "How long ago this process was started.",
     [](const Process& it, const StatsSnapshot& stats) -> Value { return stats.now - it.started; }},
    {"start_time_seconds", kGauge, "When this process was started, since the epoch.",
     [](const Process& it, const StatsSnapshot&) -> Value { return Number(it.started); }},
    {"max_fds", kGauge, "Descriptors allowed.", member<Process, &Process::descriptors>},
    {"max_sockets", kGauge, "Sockets allowed, by descriptors.",
     member<Process, &Process::descriptors>},
    {"max_connections", kGauge, "Connections of clients allowed at once.",
     member<Process, &Process::max_connections>},
    {"hard_max_connections", kGauge, "The same.", member<Process, &Process::max_connections>},
    {"current_connections", kGauge, "Connections of clients open now.",
     member<Process, &Process::connections>},
    {"connections_total", kCounter, "Connections accepted.", count<Process, Count::connections>},
    {"requests_total", kCounter, "Requests of clients.", count<Process, Count::requests>},
    {"ssl_connections_total", kCounter, "Connections on which TLS was spoken or tried.",
     [](const Process& it, const StatsSnapshot&) -> Value {
       return it.totals[Count::handshakes] + it.totals[Count::handshakes_failed];
     }},
    {"current_connection_rate", kGauge, "Connections accepted in the last second.",
     connection_rate},
    {"max_connection_rate", kGauge, "The most connections accepted in a second.",
     connections_a_second<Process>},
    {"current_session_rate", kGauge, "Connections accepted in the last second.", connection_rate},
    {"max_session_rate", kGauge, "The most connections accepted in a second.",
     connections_a_second<Process>},
    {"bytes_out_total", kCounter, "Bytes sent to clients.", count<Process, Count::bytes_out>},
    {"dropped_logs_total", kCounter, "Access lines lost because their output was too slow.",
     member<Process, &Process::lost_log_lines>},
    {"stopping", kGauge, "1 while the process ends.", member<Process, &Process::stopping>},
    {"listeners", kGauge, "Addresses that are listened on.",
     [](const Process&, const StatsSnapshot& stats) -> Value {
       std::size_t binds = 0;
       for (const ListenerStats& listener : stats.listeners) binds += listener.binds.size();
       return binds;
     }},
};

// The start reads the configuration, too, and there is no process if that failed.
constexpr Family<Process> kOwnProcess[] = {
    {"config_last_reload_successful", kGauge,
     "1 if the configuration in force is the one that was read last; 0: that had errors.",
     [](const Process& it, const StatsSnapshot&) -> Value {
       return it.reload.when == WallTime{} || it.reload.ok;
     }},
    {"config_last_reload_timestamp_seconds", kGauge,
     "When the configuration was read last, with or without success, since the epoch.",
     [](const Process& it, const StatsSnapshot&) -> Value {
       return Number(it.reload.when == WallTime{} ? it.started : it.reload.when);
     }},
    {"access_log_lines_lost_total", kCounter,
     "Access lines lost because their output was too slow.",
     member<Process, &Process::lost_log_lines>},
};

constexpr Family<Process> kBuildInfo[] = {
    {"build_info", kGauge, "Always 1; the label says which version runs.", always_one}};

void put_process(const StatsSnapshot& stats, PrometheusText& out) {
  Subjects<Process> process(stats, out);
  process.add(stats.process, {});
  Subjects<Process> build(stats, out);
  build.add(stats.process, Labels().with("version", stats.process.version));
  process.put("haproxy_process_", kHaproxyProcess);
  build.put("haproxy_process_", kBuildInfo);
  process.put("stickler_", kOwnProcess);
  build.put("stickler_", kBuildInfo);
}

}  // namespace

std::string metrics_text(const StatsSnapshot& stats) {
  PrometheusText out;
  put_process(stats, out);
  put_listener_metrics(stats, out);
  put_backend_metrics(stats, out);
  put_server_metrics(stats, out);
  put_table_metrics(stats, out);
  put_cluster_metrics(stats, out);
  return out.take();
}

proxy::PageAnswer metrics_page(const StatsSnapshot& stats) {
  proxy::PageAnswer page;
  page.content_type = "text/plain; version=0.0.4; charset=utf-8";
  page.body = metrics_text(stats);
  return page;
}

}  // namespace stickler::observe
