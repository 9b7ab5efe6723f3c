// SPDX-License-Identifier: MIT
#include "observe/session_lines.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/log.h"

#include "observe/json_text.h"
#include "observe/json_values.h"

namespace stickler::observe {
namespace {

// HAProxy's: the two largest of which there are any, "2h5m".
std::string age_text(Duration age) {
  struct Unit {
    char name;
    std::int64_t seconds;
  };
  constexpr std::array<Unit, 4> kUnits{{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  std::int64_t left = std::chrono::floor<std::chrono::seconds>(age).count();
  std::string text;
  int written = 0;
  for (const auto& [name, seconds] : kUnits) {
    if (left < seconds || written == 2) continue;
    text += std::to_string(left / seconds) + name;
    left %= seconds;
    ++written;
  }
  return text.empty() ? "0s" : text;
}

std::string_view protocol_of(const std::string& client) {
  if (client.starts_with("unix")) return "unix_stream";
  return client.starts_with("[") ? "tcpv6" : "tcpv4";
}

std::string or_none(const std::string& name, std::string_view none) {
  return name.empty() ? std::string(none) : name;
}

// Quoted, whatever bytes it holds.
std::string in_quotes(std::string_view text) {
  std::string result;
  append_json_string(text, result);
  return result;
}

std::string live_session_line(const proxy::LiveSession& session) {
  std::string line = "proto=" + std::string(protocol_of(session.client)) +
                     " src=" + session.client + " fe=" + session.listener +
                     " be=" + or_none(session.backend, "<NONE>") +
                     " srv=" + or_none(session.server, "<none>") + " age=" + age_text(session.age) +
                     " calls=1 state=" + std::string(proxy::to_string(session.doing));
  if (!session.route.empty()) line += " route=" + session.route;
  line += " request=" + in_quotes(session.request_line);
  if (!session.reason.empty()) line += " reason=" + in_quotes(session.reason);
  return line;
}

}  // namespace

std::string session_lines(const std::vector<proxy::LiveSession>& sessions) {
  std::string text;
  std::size_t number = 0;
  for (const proxy::LiveSession& session : sessions) {
    text += fmt::format("{:#x}: {}\n", ++number, live_session_line(session));
  }
  return text;
}

std::string sessions_json(const std::vector<proxy::LiveSession>& sessions) {
  Json all = Json::array();
  for (const proxy::LiveSession& session : sessions) {
    all.push_back({{"client", session.client},
                   {"listener", session.listener},
                   {"route", text_or_null(session.route)},
                   {"backend", text_or_null(session.backend)},
                   {"server", text_or_null(session.server)},
                   {"state", proxy::to_string(session.doing)},
                   {"age", in_seconds(session.age)},
                   {"request", session.request_line},
                   {"reason", text_or_null(session.reason)}});
  }
  return document(all);
}

}  // namespace stickler::observe
