// SPDX-License-Identifier: MIT
#include "observe/runtime_preview.h"

#include <algorithm>
#include <ctime>

#include "net/event_loop.h"
#include "observe/runtime_commands.h"
#include "observe/runtime_server_commands.h"
#include "proxy/preview.h"

namespace stickler::observe {
namespace {

constexpr Duration kUsualLife = std::chrono::minutes(15);
constexpr Duration kLongestLife = std::chrono::hours(24);

bool leads_to(const proxy::ListenerRules& rules, const backend::Backend& backend) {
  const auto there = [&](const proxy::Destination& to) { return to.backend == &backend; };
  return there(rules.otherwise) || std::ranges::any_of(rules.by_route, there);
}

std::string host_of(const proxy::ListenerRules& rules) {
  if (rules.tls == nullptr) return "localhost";
  auto served = rules.tls->served("");
  if (!served || served->names.empty()) return "localhost";
  std::string name = served->names.front();
  if (name.starts_with("*.")) name.replace(0, 1, "www");
  return name;
}

std::string port_of(const config::Bind& bind, bool tls) {
  const std::size_t colon = bind.text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : bind.text.substr(colon + 1);
  return port == (tls ? "443" : "80") ? "" : ":" + port;
}

bool is_internet(const config::Bind& bind) { return !bind.text.starts_with("unix:"); }

std::string preview(Administration& administration, const Words& words) {
  const proxy::Snapshot& snapshot = administration.snapshot();
  std::optional<ServerName> server =
      words.empty() ? std::nullopt : find_server(snapshot, words.front());
  if (!server) return "No such server.";
  std::optional<Duration> life = words.size() > 1 ? parse_duration(words[1]) : kUsualLife;
  if (!life || *life <= Duration{0} || *life > kLongestLife) {
    return "'" + words[1] + "' is no time up to 24h: write 15m.";
  }
  const std::string base = address_of(snapshot, *snapshot.find_backend(server->backend));
  if (base.empty()) return "No listener leads to this server.";
  const std::time_t now = net::EventLoop::current().wall_seconds();
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(*life).count();
  return base + std::string(proxy::kPreviewPath) +
         snapshot.previews->issue(server->backend, server->server, now + seconds);
}

}  // namespace

std::string address_of(const proxy::Snapshot& snapshot, const backend::Backend& backend) {
  const proxy::ListenerRules* best = nullptr;
  for (const auto& rules : snapshot.listeners) {
    const bool reachable = std::ranges::any_of(rules->settings.binds, is_internet);
    if (!reachable || !leads_to(*rules, backend)) continue;
    const bool better = best == nullptr || (best->tls == nullptr && rules->tls != nullptr);
    if (better) best = rules.get();
  }
  if (best == nullptr) return "";
  const config::Bind& bind = *std::ranges::find_if(best->settings.binds, is_internet);
  const bool tls = best->tls != nullptr;
  return (tls ? "https://" : "http://") + host_of(*best) + port_of(bind, tls);
}

std::string cookie_of(const backend::Backend& backend, const backend::Server& server) {
  const auto& cookie = backend.settings().cookie;
  return cookie ? cookie->name + "=" + server.settings().cookie : "";
}

void add_preview_command(RuntimeCommands& commands, Administration& administration) {
  commands.add("preview", "<b>/<s> [TIME]",
               "A link that leads to this server, whatever its state, for 15m or this time.",
               [&](const Words& words) { return preview(administration, words); });
}

}  // namespace stickler::observe
