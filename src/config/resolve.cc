// SPDX-License-Identifier: MIT
#include "config/resolve.h"

#include <algorithm>

#include "config/forms.h"

namespace stickler::config {
namespace {

struct Follower {
  const char* name;
  Duration Timeouts::* limit;
  bool can_be_off;
};

// Limits that guard the same patience as `client`, unless somebody says otherwise.
constexpr Follower kFollowers[] = {{"head", &Timeouts::head, false},
                                   {"keepalive", &Timeouts::keepalive, false},
                                   {"body", &Timeouts::body, true},
                                   {"handshake", &Timeouts::handshake, false}};

// `group` is the path of a group that may hold `timeouts`, with a dot behind; "" for the file.
void follow_client(Timeouts& timeouts, const Places& places, const std::string& group) {
  for (const Follower& follower : kFollowers) {
    bool written = places.written(group + "timeouts." + follower.name) ||
                   places.written(std::string("timeouts.") + follower.name);
    if (written) continue;
    // Without a limit for clients, heads and handshakes still need one.
    if (timeouts.client == kNoLimit && !follower.can_be_off) continue;
    timeouts.*follower.limit = timeouts.client;
  }
}

void resolve_check(Check& check, const Places& places, const std::string& path) {
  if (!places.written(path + "down_interval")) check.down_interval = check.interval;
  if (!places.written(path + "timeout")) check.timeout = check.interval;
  if (!places.written(path + "fast_interval")) {
    check.fast_interval = std::min(check.fast_interval, check.interval);
  }
  bool http_by_default = check.kind == Check::Kind::http && !places.written(path + "http");
  if (check.tls && http_by_default) check.kind = Check::Kind::tls;
}

void resolve_listener(Listener& listener, const Places& places, const Sources& sources) {
  std::string path = "listeners." + listener.name + ".";
  follow_client(listener.timeouts, places, path);
  for (std::size_t i = 0; i < listener.binds.size(); ++i) {
    Span at = places.element(path + "bind", i);
    listener.binds[i].origin = {.file = sources.name(at.file), .line = at.line};
  }
}

// SeaTable's, unless another place is named.
void resolve_map_key(MapKey& key) {
  if (!key.paths.empty() || !key.parameters.empty()) return;
  key.paths = {"/dtables/([0-9a-f-]{36})"};
  key.parameters = {"dtable_uuid"};
}

void resolve_backend(Backend& backend, const Places& places) {
  std::string path = "backends." + backend.name + ".";
  follow_client(backend.timeouts, places, path);
  resolve_check(backend.check, places, path + "check.");
  if (backend.map) resolve_map_key(backend.map->key);
  for (Server& server : backend.servers) {
    if (server.cookie.empty()) server.cookie = server.name;
    server.address = with_port(server.address);
  }
}

}  // namespace

void resolve_defaults(Config& config, const Places& places, const Sources& sources) {
  follow_client(config.timeouts, places, "");
  for (Listener& listener : config.listeners) resolve_listener(listener, places, sources);
  for (Backend& backend : config.backends) resolve_backend(backend, places);
}

}  // namespace stickler::config
