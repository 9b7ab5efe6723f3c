// SPDX-License-Identifier: MIT
#include "observe/runtime_show_traffic.h"

#include <algorithm>

#include "observe/error_dump.h"
#include "observe/event_listing.h"
#include "observe/runtime_commands.h"
#include "observe/session_lines.h"
#include "observe/stats_columns.h"

namespace stickler::observe {
namespace {

bool wants_json(const Words& words) { return std::ranges::find(words, "json") != words.end(); }

net::Task<std::string> show_sessions(Administration* administration, bool json) {
  std::vector<proxy::LiveSession> sessions = co_await administration->sessions();
  co_return json ? sessions_json(sessions) : session_lines(sessions);
}

// Which errors are meant by "[<px>] [request|response]".
struct ErrorFilter {
  std::string_view proxy;  // a listener's or backend's name or number; "" : of all
  bool requests = true;
  bool responses = true;
};

ErrorFilter filter_of(const Words& words) {
  ErrorFilter filter;
  for (const std::string& word : words) {
    if (word == "json" || word == "-1") continue;
    if (word == "request") {
      filter.responses = false;
    } else if (word == "response") {
      filter.requests = false;
    } else {
      filter.proxy = word;
    }
  }
  return filter;
}

bool is_called(const auto& proxy, std::string_view word) {
  return proxy.name == word || std::to_string(proxy_number(proxy)) == word;
}

// The name of the listener or backend that is meant; nothing if there is none.
std::optional<std::string> full_name(const StatsSnapshot& stats, std::string_view word) {
  for (const auto& listener : stats.listeners) {
    if (is_called(listener, word)) return listener.name;
  }
  for (const auto& backend : stats.backends) {
    if (is_called(backend, word)) return backend.name;
  }
  return std::nullopt;
}

std::string show_errors(Administration& administration, const Words& words) {
  const StatsSnapshot stats = administration.stats();
  const ErrorFilter filter = filter_of(words);
  std::optional<std::string> proxy;
  if (!filter.proxy.empty()) {
    proxy = full_name(stats, filter.proxy);
    if (!proxy) return "No such proxy.";
  }
  std::vector<CapturedError> errors = administration.errors().all();
  std::erase_if(errors, [&](const CapturedError& error) {
    const bool request = error.backend.empty();
    if (!(request ? filter.requests : filter.responses)) return true;
    return proxy && *proxy != (request ? error.listener : error.backend);
  });
  if (wants_json(words)) return errors_json(errors);
  return error_dump(errors, administration.errors().count(), stats);
}

}  // namespace

void add_show_traffic_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add({"show sess", "[json]", "Requests and tunnels that are open, the oldest first.",
                [&administration](const Words& words) {
                  return show_sessions(&administration, wants_json(words));
                }});
  commands.add("show errors", "[<px>] [request|response] [json]",
               "The last heads that were not understood, and where.",
               [&](const Words& words) { return show_errors(administration, words); });
  commands.add("show events", "[json]",
               "What has happened: servers' health, administration, sessions that moved.",
               [&](const Words& words) {
                 const StatsSnapshot stats = administration.stats();
                 return wants_json(words) ? events_json(stats) : event_lines(stats);
               });
}

}  // namespace stickler::observe
