// SPDX-License-Identifier: MIT
#include "observe/runtime_show_stats.h"

#include <algorithm>
#include <charconv>

#include "observe/process_info.h"
#include "observe/runtime_commands.h"
#include "observe/servers_json.h"
#include "observe/servers_state.h"
#include "observe/stats_csv.h"

namespace stickler::observe {
namespace {

bool has(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::optional<int> integer_in(std::string_view text) {
  int number = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

// What `<iid>` or a name means; several if a listener and a backend share the name.
std::vector<std::size_t> proxies_called(const StatsSnapshot& stats, std::string_view word) {
  const std::optional<int> wanted = integer_in(word);
  std::vector<std::size_t> found;
  auto look_at = [&](const auto& proxy) {
    const std::size_t number = proxy_number(proxy);
    if (proxy.name == word || (wanted && *wanted == static_cast<int>(number))) {
      found.push_back(number);
    }
  };
  std::ranges::for_each(stats.listeners, look_at);
  std::ranges::for_each(stats.backends, look_at);
  return found;
}

// HAProxy's filter, "<iid|name> <kinds> <sid>", where -1 is all. False if there is no such proxy.
bool filter(const StatsSnapshot& stats, const Words& words, StatsView& view) {
  if (words.size() < 3) return true;
  const std::optional<int> kinds = integer_in(words[1]);
  const std::optional<int> server = integer_in(words[2]);
  if (!kinds || !server) return true;
  view.kinds = static_cast<unsigned>(*kinds);
  if (*server != -1) view.server = static_cast<std::size_t>(*server);
  if (words[0] == "-1") return true;
  view.proxies = proxies_called(stats, words[0]);
  return !view.proxies.empty();
}

// Words that it does not know it leaves alone, as HAProxy does.
std::string show_stat(const StatsSnapshot& stats, const Words& words) {
  StatsView view;
  view.legends = true;
  view.without_down = has(words, "up");
  view.without_maint = has(words, "no-maint");
  if (!filter(stats, words, view)) return "No such proxy.";
  if (has(words, "json")) return stats_json(stats, view);
  return has(words, "typed") ? stats_typed(stats, view) : stats_csv(stats, view);
}

std::string show_info(const StatsSnapshot& stats, const Words& words) {
  if (has(words, "json")) return info_json(stats);
  return has(words, "typed") ? info_typed(stats) : info_text(stats);
}

constexpr const char* kNoBackend = "Can't find backend.";

// The backend that is meant, "" for all; nothing if there is none of that name.
std::optional<std::string_view> backend_in(const Words& words, const StatsSnapshot& stats) {
  const std::string_view backend = words.empty() ? std::string_view() : words.front();
  const bool known = backend.empty() || std::ranges::any_of(stats.backends, [&](const auto& each) {
                       return each.name == backend;
                     });
  return known ? std::optional(backend) : std::nullopt;
}

std::string show_state(const StatsSnapshot& stats, const Words& words) {
  const auto backend = backend_in(words, stats);
  return backend ? servers_state(stats, *backend) : kNoBackend;
}

net::Task<std::string> show_connections(Administration* administration, Words words) {
  const auto kept = co_await administration->kept_connections();
  const StatsSnapshot stats = administration->stats();
  const auto backend = backend_in(words, stats);
  if (!backend) co_return kNoBackend;
  co_return servers_connections(stats, *backend, kept);
}

std::string show_backends(const StatsSnapshot& stats) {
  std::string text = "# name\n";
  for (const BackendStats& backend : stats.backends) text += backend.name + "\n";
  return text;
}

}  // namespace

void add_show_stats_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add("show info", "[json|typed]", "The process: version, uptime, limits, connections.",
               [&](const Words& words) { return show_info(administration.stats(), words); });
  commands.add("show stat", "[<px> <type> <sid>] [json|typed] [up] [no-maint]",
               "Counters and states of listeners, servers and backends, as CSV.",
               [&](const Words& words) { return show_stat(administration.stats(), words); });
  commands.add("show servers state", "[<b>]", "Addresses, weights and states of servers.",
               [&](const Words& words) { return show_state(administration.stats(), words); });
  commands.add(
      {"show servers conn", "[<b>]", "Connections to servers: in use, and kept.",
       [&administration](const Words& words) { return show_connections(&administration, words); }});
  commands.add("show servers json", "", "What is known of each server, for scripts.",
               [&](const Words&) { return servers_json(administration.stats()); });
  commands.add("show backend", "", "The names of backends.",
               [&](const Words&) { return show_backends(administration.stats()); });
  commands.add("show version", "", "The version that runs.",
               [&](const Words&) { return administration.stats().process.version; });
}

}  // namespace stickler::observe
