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

// A node that is stopped because it has lost its key has its grace for it.
void resolve_registration(Cluster& cluster, const Places& places) {
  if (!cluster.registration) return;
  NodeRegistration& node = *cluster.registration;
  const std::string path = "clusters." + cluster.name + ".register.";
  resolve_check(node.check, places, path + "check.");
  if (!places.written(path + "stop_timeout")) {
    node.stop_timeout = std::min(node.stop_timeout, cluster.grace);
  }
}

void resolve_cluster(Cluster& cluster, const Places& places) {
  resolve_map_key(cluster.key);
  resolve_registration(cluster, places);
  if (cluster.prefix.empty()) cluster.prefix = "/stickler/" + cluster.name + "/";
  if (!places.written("clusters." + cluster.name + ".margin")) {
    cluster.margin = cluster.term / 10;
  }
  if (!places.written("clusters." + cluster.name + ".unload.wait")) {
    cluster.unload.wait = cluster.lease + cluster.grace;
  }
}

// Its keys are the cluster's, and nobody but a bucket's node may have them.
void resolve_cluster_backend(Backend& backend, const Config& config) {
  const Cluster* cluster = find_cluster(config, backend.cluster);
  if (cluster == nullptr) return;
  backend.map.emplace();
  backend.map->key = cluster->key;
  backend.map->buckets = cluster->buckets;
  backend.map->hold = cluster->hold;
  backend.map->no_key = backend.no_key;
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
  for (Cluster& cluster : config.clusters) resolve_cluster(cluster, places);
  for (Backend& backend : config.backends) {
    resolve_backend(backend, places);
    if (!backend.cluster.empty()) resolve_cluster_backend(backend, config);
  }
}

}  // namespace stickler::config
