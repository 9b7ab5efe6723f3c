// SPDX-License-Identifier: MIT
#include "observe/process_info.h"

#include <chrono>
#include <vector>

#include "observe/haproxy_field.h"

namespace stickler::observe {
namespace {

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

std::chrono::seconds uptime(const StatsSnapshot& stats) {
  return std::chrono::floor<std::chrono::seconds>(stats.now - stats.process.started);
}

// "0d 1h00m05s"
std::string uptime_text(const StatsSnapshot& stats) {
  const std::int64_t seconds = uptime(stats).count();
  return std::to_string(seconds / 86400) + "d " + std::to_string(seconds / 3600 % 24) + "h" +
         two_digits(seconds / 60 % 60) + "m" + two_digits(seconds % 60) + "s";
}

std::string connection_rate_text(const StatsSnapshot& stats) {
  return std::to_string(rate_now(stats.process.totals.connections, stats.now));
}

std::size_t addresses(const StatsSnapshot& stats) {
  std::size_t count = 0;
  for (const ListenerStats& listener : stats.listeners) count += listener.binds.size();
  return count;
}

// A line of `show info`; its position is HAProxy's.
struct Entry {
  std::size_t position;
  std::string_view name;
  std::string_view tags;
  std::string_view type;
  std::string (*value)(const StatsSnapshot& stats);
};

std::string nothing(const StatsSnapshot&) { return "0"; }
std::string one(const StatsSnapshot&) { return "1"; }
std::string version(const StatsSnapshot& stats) { return stats.process.version; }
std::string most_connections(const StatsSnapshot& stats) {
  return std::to_string(stats.process.max_connections);
}
std::string highest_rate(const StatsSnapshot& stats) {
  return std::to_string(stats.process.highest.connections);
}
std::string connections(const StatsSnapshot& stats) {
  return std::to_string(stats.process.connections);
}

template <Count what>
std::string process_count(const StatsSnapshot& stats) {
  return std::to_string(stats.process.totals[what]);
}

constexpr Entry kEntries[] = {
    {0, "Name", "POS", "str", [](const auto&) { return std::string("Stickler"); }},
    {1, "Version", "POS", "str", version},
    {2, "Release_date", "POS", "str", [](const auto&) { return std::string(STICKLER_DATE); }},
    {3, "Nbthread", "CGS", "u32",
     [](const auto& all) { return std::to_string(all.process.workers); }},
    {4, "Nbproc", "CGS", "u32", one},
    {5, "Process_num", "KGP", "u32", one},
    {6, "Pid", "SGP", "u32", [](const auto& all) { return std::to_string(all.process.pid); }},
    {7, "Uptime", "MDP", "str", uptime_text},
    {8, "Uptime_sec", "MDP", "u32",
     [](const auto& all) { return std::to_string(uptime(all).count()); }},
    {13, "Ulimit-n", "CLP", "u32",
     [](const auto& all) { return std::to_string(all.process.descriptors); }},
    {15, "Maxconn", "CLP", "u32", most_connections},
    {16, "Hard_maxconn", "CLP", "u32", most_connections},
    {17, "CurrConns", "MGP", "u32", connections},
    {18, "CumConns", "MCP", "u32", process_count<Count::connections>},
    {19, "CumReq", "MCP", "u32", process_count<Count::requests>},
    {22, "CumSslConns", "MCP", "u32", process_count<Count::handshakes>},
    // Bodies never pass through a pipe; hatop wants to hear it.
    {23, "Maxpipes", "CLP", "u32", nothing},
    {24, "PipesUsed", "MGP", "u32", nothing},
    {25, "PipesFree", "MGP", "u32", nothing},
    {26, "ConnRate", "MRP", "u32", connection_rate_text},
    {27, "ConnRateLimit", "CLP", "u32", nothing},
    {28, "MaxConnRate", "MMP", "u32", highest_rate},
    {29, "SessRate", "MRP", "u32", connection_rate_text},
    {30, "SessRateLimit", "CLP", "u32", nothing},
    {31, "MaxSessRate", "MRP", "u32", highest_rate},
    // Each connection is one; what is ready to go on is not counted.
    {47, "Tasks", "MGP", "u32", connections},
    {48, "Run_queue", "MGP", "u32", nothing},
    {50, "node", "COS", "str", [](const auto& all) { return all.process.node; }},
    {52, "Stopping", "MGP", "u32",
     [](const auto& all) { return std::to_string(all.process.stopping ? 1 : 0); }},
    {53, "Jobs", "MGP", "u32",
     [](const auto& all) { return std::to_string(all.process.connections + addresses(all)); }},
    {55, "Listeners", "MGP", "u32", [](const auto& all) { return std::to_string(addresses(all)); }},
    {58, "DroppedLogs", "MGP", "u32",
     [](const auto& all) { return std::to_string(all.process.lost_log_lines); }},
    {61, "TotalBytesOut", "MGP", "u64", process_count<Count::bytes_out>},
    {66, "Build info", "POS", "str", version},
    {70, "Start_time_sec", "MDP", "u32",
     [](const auto& all) { return std::to_string(second_of(all.process.started)); }},
};

template <typename Write>
void for_each_entry(const StatsSnapshot& stats, Write write) {
  for (const Entry& entry : kEntries) {
    write(HaproxyField{entry.position, entry.name, entry.tags, entry.type, entry.value(stats)});
  }
}

}  // namespace

std::string info_text(const StatsSnapshot& stats) {
  std::string text;
  for_each_entry(stats, [&](const HaproxyField& field) {
    text.append(field.name).append(": ").append(field.value).append("\n");
  });
  return text;
}

std::string info_typed(const StatsSnapshot& stats) {
  std::string text;
  for_each_entry(stats, [&](const HaproxyField& field) { text += typed_text(field) + "\n"; });
  return text;
}

std::string info_json(const StatsSnapshot& stats) {
  std::string text;
  for_each_entry(stats, [&](const HaproxyField& field) {
    text += text.empty() ? "[{" : ",{";
    append_json_members(field, text);
    text += "}";
  });
  return text + "]\n";
}

}  // namespace stickler::observe
