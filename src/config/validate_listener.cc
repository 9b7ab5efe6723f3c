// SPDX-License-Identifier: MIT
#include <map>

#include "config/validate_parts.h"

namespace stickler::config {
namespace {

// The sockets that a bind opens, as text: one without an address opens one per family.
std::vector<std::string> sockets_of(const std::string& bind) {
  if (!bind.starts_with(':')) return {bind};
  return {"0.0.0.0" + bind, "[::]" + bind};
}

void validate_binds(const Validation& all) {
  std::map<std::string, Span> taken;
  for (const Listener& listener : all.config.listeners) {
    std::string path = "listeners." + listener.name + ".bind";
    for (std::size_t i = 0; i < listener.binds.size(); ++i) {
      Span at = all.places.element(path, i);
      for (const std::string& socket : sockets_of(listener.binds[i].text)) {
        auto [earlier, free] = taken.emplace(socket, at);
        if (free) continue;
        all.report.error(at, path + ": " + listener.binds[i].text + " is taken",
                         "by " + all.report.place(earlier->second));
        break;
      }
    }
  }
}

bool changes_nothing(const Redirect& redirect, bool tls) {
  std::string own = tls ? "https" : "http";
  bool same_scheme = redirect.scheme.empty() || redirect.scheme == own;
  return same_scheme && redirect.host.empty() && redirect.port == 0 && redirect.path.empty();
}

void validate_redirect(const Validation& all, const std::string& path, const Redirect& redirect,
                       bool tls) {
  bool misread = !all.places.written(path + ".scheme") || !redirect.scheme.empty();
  if (!changes_nothing(redirect, tls) || !misread) return;
  all.report.error(all.places.value(path), path + " leads back to where the request came from",
                   tls ? "give another host, port or path" : "write scheme = \"https\";");
}

bool takes_everything(const Route& route) {
  bool any_path = route.paths.empty() && route.path_regex.empty() &&
                  (route.path_prefixes.empty() || route.path_prefixes.front() == "/");
  return any_path && route.hosts.empty() && route.methods.empty() && route.fields.empty();
}

void validate_destination(const Validation& all, const Listener& listener) {
  std::string path = "listeners." + listener.name;
  if (all.places.written(path + ".backend") || listener.redirect) {
    if (listener.redirect && !listener.backend.empty() && listener.routes.empty()) {
      all.report.warning(all.places.value(path + ".backend"),
                         path + ".backend is never asked: the redirect takes every request");
    }
    return;
  }
  if (!listener.routes.empty() && takes_everything(listener.routes.back())) return;
  // Pages of our own, and 404 for all else.
  const bool pages = listener.stats || listener.metrics || listener.cluster_admin;
  if (listener.routes.empty() && pages) return;
  std::string what = listener.routes.empty() ? " leads nowhere" : " leads nowhere if no route fits";
  all.report.error(all.places.name(path), path + what,
                   "write backend = \"NAME\"; or redirect = { … };");
}

void validate_one(const Validation& all, const Listener& listener) {
  std::string path = "listeners." + listener.name;
  validate_destination(all, listener);
  validate_reference(all, path + ".backend", listener.backend);
  if (listener.redirect) {
    validate_redirect(all, path + ".redirect", *listener.redirect, listener.tls.has_value());
  }
  if (listener.max_target > listener.max_head) {
    all.report.error(all.places.value(path + ".max_target"),
                     path + ".max_target is above max_head, which holds the target too");
  }
  validate_routes(all, listener);
}

// ---- routes ----

void validate_route_server(const Validation& all, const std::string& path, const Route& route,
                           const std::string& backend_name) {
  const Backend* backend = find_backend(all.config, backend_name);
  if (backend == nullptr) return;
  std::vector<std::string_view> names;
  for (const Server& server : backend->servers) {
    if (server.name == route.server) return;
    names.push_back(server.name);
  }
  all.report.error(
      all.places.value(path + ".server"),
      path + ".server: backend '" + backend_name + "' has no server '" + route.server + "'",
      choose_from(route.server, names, "server"));
}

void validate_answer(const Validation& all, const std::string& path, const Answer& answer) {
  bool bodiless = answer.status == 204 || answer.status == 205 || answer.status == 304;
  if (!bodiless || answer.body.empty()) return;
  all.report.error(
      all.places.value(path + ".body"),
      path + ".body: an answer with status " + std::to_string(answer.status) + " has no body");
}

// At most one of redirect, answer and backend or server.
bool validate_outcome(const Validation& all, const std::string& path, const Route& route) {
  bool asks_servers = !route.backend.empty() || !route.server.empty();
  int outcomes = (route.redirect ? 1 : 0) + (route.answer ? 1 : 0) + (asks_servers ? 1 : 0);
  if (outcomes <= 1) return true;
  all.report.error(all.places.name(path), path + " does several things at once",
                   "keep one of redirect, answer and backend or server");
  return false;
}

void validate_route(const Validation& all, const Listener& listener, const Route& route) {
  std::string path = "listeners." + listener.name + ".routes." + route.name;
  if (!validate_outcome(all, path, route)) return;
  validate_reference(all, path + ".backend", route.backend);
  if (route.redirect) {
    validate_redirect(all, path + ".redirect", *route.redirect, listener.tls.has_value());
  }
  if (route.answer) validate_answer(all, path + ".answer", *route.answer);
  const std::string& backend = route.backend.empty() ? listener.backend : route.backend;
  bool written = all.places.written(path + ".backend") ||
                 all.places.written("listeners." + listener.name + ".backend");
  if (!route.redirect && !route.answer && !written) {
    all.report.error(all.places.name(path), path + " leads nowhere",
                     "write backend = \"NAME\"; or redirect or answer");
  }
  if (!route.server.empty()) validate_route_server(all, path, route, backend);
  if (route.server.empty() && all.places.written(path + ".strict")) {
    all.report.warning(all.places.name(path + ".strict"),
                       path + ".strict has no effect without a server");
  }
}

}  // namespace

void validate_listeners(const Validation& all) {
  validate_binds(all);
  for (const Listener& listener : all.config.listeners) validate_one(all, listener);
}

void validate_routes(const Validation& all, const Listener& listener) {
  for (std::size_t i = 0; i < listener.routes.size(); ++i) {
    const Route& route = listener.routes[i];
    validate_route(all, listener, route);
    if (!takes_everything(route) || i + 1 == listener.routes.size()) continue;
    std::string path = "listeners." + listener.name + ".routes." + route.name;
    all.report.warning(all.places.name(path),
                       path + " fits every request: the routes below are never reached",
                       "move it to the end");
  }
}

}  // namespace stickler::config
