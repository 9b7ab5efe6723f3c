// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>

#include "config/validate_parts.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

// nginx inside Server Pro closes an idle connection after this (NGINX_KEEPALIVE_TIMEOUT).
constexpr Duration kServerKeepalive = 65s;
constexpr Duration kSlowCheck = 30s;

// One backend, with the words that all messages about it begin with.
struct BackendView {
  const Validation& all;
  const Backend& backend;
  std::string path;

  void error(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.error(all.places.value(path + "." + setting), path + "." + setting + what,
                     std::move(remedy));
  }
  void warning(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.warning(all.places.value(path + "." + setting), path + "." + setting + what,
                       std::move(remedy));
  }
  bool written(const std::string& setting) const {
    return all.places.written(path + "." + setting);
  }
};

// ---- servers ----

// Every cookie value leads to one server only, old names included.
void validate_cookie_values(const BackendView& view) {
  std::map<std::string, std::string> owners;
  for (const Server& server : view.backend.servers) {
    auto claim = [&](const std::string& value, const std::string& setting) {
      auto [owner, free] = owners.emplace(value, server.name);
      if (free) return;
      view.error("servers." + server.name + setting,
                 ": the cookie value '" + value + "' already means server '" + owner->second + "'");
    };
    claim(server.cookie, ".cookie");
    for (const std::string& old_name : server.formerly) claim(old_name, ".formerly");
  }
}

void validate_addresses(const BackendView& view) {
  std::map<std::string, std::string> owners;
  for (const Server& server : view.backend.servers) {
    auto [owner, free] = owners.emplace(server.address, server.name);
    if (free || server.address.empty()) continue;
    view.warning("servers." + server.name + ".address",
                 " is that of server '" + owner->second + "' as well");
  }
}

void validate_servers(const BackendView& view) {
  const std::vector<Server>& servers = view.backend.servers;
  if (servers.empty()) {
    if (view.written("servers")) return view.error("servers", " is empty");
    if (view.backend.cluster.empty() && !view.written("cluster")) {
      view.all.report.error(view.all.places.name(view.path), view.path + " lacks 'servers'",
                            "write servers = { one = { address = \"10.0.0.1:80\"; }; };");
    }
    return;
  }
  validate_cookie_values(view);
  validate_addresses(view);
  auto takes_sessions = [](const Server& server) { return server.weight > 0; };
  if (std::ranges::none_of(servers, takes_sessions)) {
    view.warning("servers", ": every weight is 0, so nobody takes new sessions");
  }
  if (std::ranges::all_of(servers, &Server::backup)) {
    view.warning("servers", ": all of them are backups, and there is none to stand in for");
  }
}

// ---- persistence ----

void validate_cookie_reach(const BackendView& view, const Cookie& cookie) {
  bool plain = std::ranges::any_of(view.all.config.listeners, [&](const Listener& listener) {
    return !listener.tls && leads_to(listener, view.backend.name);
  });
  if (cookie.secure == Cookie::Secure::always && plain) {
    view.warning("cookie.secure",
                 " is true, but a listener without TLS leads here: its clients never send the "
                 "cookie back",
                 "\"auto\" decides by the connection");
  }
  bool may_be_insecure = cookie.secure == Cookie::Secure::never ||
                         (cookie.secure == Cookie::Secure::automatic && plain);
  if (cookie.samesite == Cookie::SameSite::none && may_be_insecure) {
    view.warning("cookie.samesite", " is \"None\", which browsers accept over TLS only",
                 "write secure = true;");
  }
}

void validate_persistence(const BackendView& view) {
  if (!view.backend.cookie && !view.backend.stick && view.written("on_down")) {
    view.warning("on_down", " has no effect without a cookie or a table: there are no sessions");
  }
  if (!view.backend.cookie) return;
  const Cookie& cookie = *view.backend.cookie;
  if (view.backend.servers.size() == 1) {
    view.warning("cookie", ": with one server there is nothing to be sticky to");
  }
  if (cookie.maxlife != kNoLimit && cookie.maxidle > cookie.maxlife) {
    view.warning("cookie.maxidle", " is above maxlife, so it never ends a session");
  }
  validate_cookie_reach(view, cookie);
}

void validate_stick(const BackendView& view) {
  if (!view.backend.stick) return;
  const Stick& stick = *view.backend.stick;
  if (!stick.table.empty() && find_table(view.all.config, stick.table) == nullptr) {
    std::vector<std::string_view> names;
    for (const Table& table : view.all.config.tables) names.push_back(table.name);
    view.error("stick.table", ": there is no table '" + stick.table + "'",
               names.empty() ? "write tables = { " + stick.table + " = { }; }; beside backends"
                             : choose_from(stick.table, names, "table"));
  }
  if (stick.key.sources.empty()) {
    view.error("stick.key", ": nothing says where a key is",
               "write key = { client = 32; };, for example");
  }
  if (stick.learn && stick.learn->set_cookie.empty() && stick.learn->field.empty()) {
    view.error("stick.learn", ": nothing says where an answer has a key",
               "write learn = { set_cookie = \"JSESSIONID\"; };, for example");
  }
  if (view.backend.servers.size() == 1) {
    view.warning("stick", ": with one server there is nothing to be sticky to");
  }
}

// ---- checks ----

void validate_check_kind(const BackendView& view) {
  const Check& check = view.backend.check;
  bool tcp = check.kind == Check::Kind::tcp;
  bool off = check.kind == Check::Kind::off;
  if ((tcp || off) && (view.written("check.http") || check.tls)) {
    std::string other = view.written("check.http") ? "http" : "tls";
    return view.error(tcp ? "check.tcp" : "check.off", " excludes " + other, "keep one of them");
  }
  if (check.kind == Check::Kind::http) return;
  for (const char* setting : {"expect", "body", "host"}) {
    std::string path = std::string("check.") + setting;
    if (view.written(path)) view.warning(path, " has no effect without an HTTP check");
  }
}

void validate_check(const BackendView& view) {
  const Check& check = view.backend.check;
  validate_check_kind(view);
  bool asks_http = check.kind == Check::Kind::http;
  if (asks_http && check.method == "HEAD" && !check.body.empty()) {
    view.error("check.body", ": an answer to HEAD has no body",
               "write http = \"GET " + check.path + "\";");
  }
  if (check.kind != Check::Kind::off && check.interval > kSlowCheck) {
    view.warning("check.interval", " is above 30s: a dead server is noticed late");
  }
}

// ---- limits ----

// Each of the two means something only with the other.
void validate_queue(const BackendView& view) {
  bool waits = view.backend.on_full == Backend::OnFull::wait;
  if (waits && view.backend.max_queue > 0) {
    view.warning("max_queue", " has no effect: on_full is \"wait\", so more requests wait anyway",
                 "write on_full = \"fail\"; or \"move\"");
  }
  if (!waits && view.backend.max_queue == 0) {
    view.warning("on_full", " has no effect: without max_queue no queue is ever full",
                 "write max_queue = 100; beside it");
  }
}

void validate_limits(const BackendView& view) {
  const Backend& backend = view.backend;
  if (backend.max_idle > 0 && backend.keepalive >= kServerKeepalive) {
    view.warning("keepalive",
                 " is not below 65s, when Server Pro closes idle connections: now and then a "
                 "request meets a closing one (502)",
                 "\"60s\" is the default");
  }
  bool limited =
      std::ranges::any_of(backend.servers, [](const Server& s) { return s.maxconn > 0; });
  for (const char* setting : {"max_queue", "on_full"}) {
    if (limited || !view.written(setting)) continue;
    view.warning(setting, " has no effect: no server has a maxconn");
  }
  if (limited) validate_queue(view);
}

}  // namespace

void validate_backends(const Validation& all) {
  for (const Backend& backend : all.config.backends) {
    BackendView view{.all = all, .backend = backend, .path = "backends." + backend.name};
    validate_servers(view);
    validate_persistence(view);
    validate_stick(view);
    validate_check(view);
    validate_limits(view);
    // What could not be read may have been the reference to it.
    if (is_used(all.config, backend.name) || all.report.has_errors()) continue;
    all.report.warning(all.places.name(view.path), view.path + " is never used");
  }
}

}  // namespace stickler::config
