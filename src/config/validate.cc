// SPDX-License-Identifier: MIT
#include "config/validate.h"

#include <unistd.h>

#include <algorithm>

#include "config/access.h"
#include "config/suggest.h"
#include "config/validate_parts.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

// socket.io 0.9, the protocol of Server Pro, says something so often.
constexpr Duration kHeartbeat = 25s;
// Less than this is over before a large document is compiled.
constexpr Duration kShortCompile = 1min;

// `group` is a `timeouts` group of the file, a listener or a backend.
void validate_timeouts(const Validation& all, const std::string& group, const Timeouts& timeouts) {
  bool tunnel_written = all.places.written(group + ".tunnel");
  if (tunnel_written && timeouts.tunnel != kNoLimit && timeouts.tunnel <= kHeartbeat) {
    all.report.warning(all.places.value(group + ".tunnel"),
                       group +
                           ".tunnel is not above 25s, the pause between two heartbeats of "
                           "socket.io 0.9: idle editors will be cut",
                       "\"23h\" is the default");
  }
  bool server_written = all.places.written(group + ".server");
  if (server_written && timeouts.server != kNoLimit && timeouts.server < kShortCompile) {
    all.report.warning(all.places.value(group + ".server"),
                       group +
                           ".server is below 1m: a slow compile is silent for longer, and will "
                           "end in 504",
                       "\"10m\" is the default");
  }
}

// A file may be for `stickler register` alone. Without listeners nothing is served: then whatever
// else is wrong may be the reason, and is said alone.
void validate_listeners_exist(const Validation& all) {
  if (all.places.written("listeners") || all.report.has_errors()) return;
  // Enough for `stickler monitor` and `stickler register`.
  if (!all.config.clusters.empty()) return;
  all.report.error({}, "the file lacks 'listeners'",
                   "write listeners = { http = { bind = \":80\"; backend = \"NAME\"; }; };");
}

void validate_all_timeouts(const Validation& all) {
  validate_timeouts(all, "timeouts", all.config.timeouts);
  for (const Listener& listener : all.config.listeners) {
    validate_timeouts(all, "listeners." + listener.name + ".timeouts", listener.timeouts);
  }
  for (const Backend& backend : all.config.backends) {
    validate_timeouts(all, "backends." + backend.name + ".timeouts", backend.timeouts);
  }
}

}  // namespace

void validate(const Config& config, const Places& places, const CertificateReader& read,
              Report& report, std::vector<std::string>& certificates) {
  const Validation all{.config = config, .places = places, .report = report};
  validate_listeners_exist(all);
  validate_process(all);
  validate_log(all);
  validate_all_timeouts(all);
  validate_listeners(all);
  validate_backends(all);
  validate_sharing(all);
  validate_maps(all);
  validate_clusters(all);
  if (read) validate_certificates(all, read, certificates);
}

void validate_process(const Validation& all) {
  const Process& process = all.config.process;
  if (process.user.empty() && process.group.empty()) return;
  std::string setting = process.user.empty() ? "process.group" : "process.user";
  if (process.user.empty()) {
    return all.report.error(all.places.value(setting), "process.group needs process.user");
  }
  auto user = find_account(process.user, "");
  if (!user) return all.report.error(all.places.value(setting), "process.user: " + user.error());
  auto account = find_account(process.user, process.group);
  if (!account) {
    return all.report.error(all.places.value("process.group"), "process.group: " + account.error());
  }
  if (::geteuid() == 0 || ::geteuid() == account->user) return;
  all.report.warning(all.places.value(setting),
                     "process.user has no effect: only root can become '" + process.user + "'");
}

void validate_reference(const Validation& all, const std::string& path,
                        const std::string& backend) {
  if (backend.empty() || find_backend(all.config, backend) != nullptr) return;
  std::vector<std::string_view> names;
  for (const Backend& known : all.config.backends) names.push_back(known.name);
  all.report.error(all.places.value(path), path + ": there is no backend '" + backend + "'",
                   choose_from(backend, names, "backend"));
}

bool leads_to(const Listener& listener, const std::string& backend) {
  if (listener.backend == backend) return true;
  return std::ranges::find(listener.routes, backend, &Route::backend) != listener.routes.end();
}

bool is_used(const Config& config, const std::string& backend) {
  const bool listened = std::ranges::any_of(
      config.listeners, [&](const Listener& listener) { return leads_to(listener, backend); });
  return listened || std::ranges::any_of(config.backends, [&](const Backend& other) {
           return other.map && std::ranges::find(other.map->rules, backend, &MapRule::backend) !=
                                   other.map->rules.end();
         });
}

std::string choose_from(std::string_view wrong, const std::vector<std::string_view>& names,
                        std::string_view what) {
  if (auto near = nearest(wrong, names); !near.empty()) {
    return "did you mean '" + std::string(near) + "'?";
  }
  if (names.empty()) return "there is no " + std::string(what);
  std::string list;
  for (std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return names.size() == 1 ? "there is only " + list : "there are " + list;
}

}  // namespace stickler::config
