// SPDX-License-Identifier: MIT
// What is wrong with a cluster, and with those who refer to one.
#include <algorithm>
#include <fstream>

#include "config/validate_parts.h"

namespace stickler::config {
namespace {

struct ClusterCheck {
  const Validation& all;
  const Cluster& cluster;
  std::string path;

  Span at(const std::string& setting) const {
    return all.places.written(path + "." + setting) ? all.places.value(path + "." + setting)
                                                    : all.places.name(path);
  }
  void error(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.error(at(setting), path + "." + setting + what, std::move(remedy));
  }
  void warning(const std::string& setting, const std::string& what, std::string remedy = {}) const {
    all.report.warning(at(setting), path + "." + setting + what, std::move(remedy));
  }
  bool written(const std::string& setting) const {
    return all.places.written(path + "." + setting);
  }
};

void validate_readable(const ClusterCheck& check, const std::string& setting,
                       const std::string& file) {
  if (file.empty() || std::ifstream(file)) return;
  check.error(setting, ": " + file + " cannot be read");
}

void validate_etcd(const ClusterCheck& check) {
  const Etcd& etcd = check.cluster.etcd;
  if (etcd.endpoints.empty()) {
    check.error("etcd.endpoints", ": there is none", "write \"http://127.0.0.1:2379\"");
  }
  const bool tls = std::ranges::any_of(
      etcd.endpoints, [](const std::string& each) { return each.starts_with("https:"); });
  if (!tls && !(etcd.ca + etcd.certificate + etcd.key).empty()) {
    check.warning("etcd", ": certificates have no effect: no endpoint begins with https://");
  }
  if (!etcd.key.empty() && etcd.certificate.empty()) {
    check.error("etcd.key", " is of no use without a certificate");
  }
  if (etcd.user.empty() != etcd.password_file.empty()) {
    check.error(
        etcd.user.empty() ? "etcd.password_file" : "etcd.user",
        etcd.user.empty() ? ": whose password it is is not said" : ": its password is not said",
        etcd.user.empty() ? "write user = \"NAME\";" : "write password_file = \"/…\";");
  }
  validate_readable(check, "etcd.ca", etcd.ca);
  validate_readable(check, "etcd.certificate", etcd.certificate);
  validate_readable(check, "etcd.key", etcd.key);
}

void validate_times(const ClusterCheck& check) {
  const Cluster& cluster = check.cluster;
  if (cluster.margin * 3 > cluster.term) {
    check.error("margin", " is more than a third of term", "a tenth is the default");
  }
  if (cluster.margin * 20 < cluster.term) {
    check.warning("margin",
                  " is less than a twentieth of term: clocks that differ more in rate "
                  "could have two nodes serve one bucket");
  }
  if (cluster.etcd.timeout * 3 > cluster.term) {
    check.warning("etcd.timeout",
                  " is more than a third of clusters." + cluster.name +
                      ".term: one slow member is enough for this balancer to fall silent");
  }
}

void validate_unload(const ClusterCheck& check) {
  const bool called = !check.cluster.unload.path.empty();
  if (called && check.written("unload.wait")) {
    check.error("unload.wait", " excludes http", "keep one of them");
  }
  if (!called && check.cluster.unload.wait < check.cluster.lease + check.cluster.grace) {
    check.warning("unload.wait",
                  " is below lease and grace: a node that was frozen meanwhile could still have "
                  "what another one loads",
                  "an unload.http that nodes answer is faster, and sure");
  }
  if (!called && check.written("unload.timeout")) {
    check.warning("unload.timeout", " has no effect without http");
  }
}

void validate_stop(const ClusterCheck& check, const NodeRegistration& node) {
  if (node.stop.empty()) {
    check.warning("register",
                  " has no stop: a node that only hung, and wakes when its bases are "
                  "another's, writes over what that one has written",
                  "write stop = \"docker stop seatable\";, for example");
    if (check.written("register.stop_timeout")) {
      check.warning("register.stop_timeout", " has no effect without stop");
    }
    return;
  }
  if (node.stop_timeout > check.cluster.grace) {
    check.warning("register.stop_timeout",
                  " is more than grace, " + format_duration(check.cluster.grace) +
                      ": a node that has lost its key could still be stopping when its bases are "
                      "another's",
                  "make clusters." + check.cluster.name + ".grace longer, at every balancer");
  }
}

void validate_registration(const ClusterCheck& check) {
  if (!check.cluster.registration) return;
  const NodeRegistration& node = *check.cluster.registration;
  if (node.check.kind == Check::Kind::off) {
    check.error("register.check.off", ": without a check a dead node would keep its key",
                "write http = \"GET /ping/\";");
  }
  if (check.cluster.etcd.timeout * 3 > check.cluster.lease) {
    check.warning("etcd.timeout",
                  " is more than a third of clusters." + check.cluster.name +
                      ".lease: one slow member is enough for the node to be stopped");
  }
  validate_stop(check, node);
}

void validate_cluster(const Validation& all, const Cluster& cluster) {
  const ClusterCheck check{all, cluster, "clusters." + cluster.name};
  if (cluster.buckets != 16 && cluster.buckets != 256 && cluster.buckets != 4096) {
    check.error("buckets", " is not 16, 256 or 4096, which some hexadecimal digits can number",
                "256 is SeaTable's number");
  }
  if (cluster.key.form != MapKey::Form::uuid) {
    check.error("key.form", ": buckets are numbered by the digits of UUIDs",
                "write form = \"uuid\"; or leave it out");
  }
  validate_etcd(check);
  validate_times(check);
  validate_unload(check);
  validate_registration(check);
  if (cluster.bootstrap) {
    check.warning("bootstrap",
                  " is for the first start: if etcd comes back empty one day, bases could be "
                  "loaded twice",
                  "take it out once the nodes are there");
  }
}

void validate_name(const Validation& all, const std::string& setting, const std::string& name) {
  if (name.empty() || find_cluster(all.config, name) != nullptr) return;
  std::vector<std::string_view> names;
  for (const Cluster& known : all.config.clusters) names.push_back(known.name);
  all.report.error(all.places.value(setting), setting + ": there is no cluster '" + name + "'",
                   names.empty() ? "write clusters = { " + name + " = { … }; }; beside backends"
                                 : choose_from(name, names, "cluster"));
}

void validate_backend(const Validation& all, const Backend& backend) {
  const std::string path = "backends." + backend.name;
  if (backend.cluster.empty()) {
    if (!all.places.written(path + ".no_key")) return;
    return all.report.error(all.places.value(path + ".no_key"),
                            path + ".no_key has no meaning without a cluster",
                            "a map has a no_key of its own");
  }
  validate_name(all, path + ".cluster", backend.cluster);
  for (const char* excluded : {"servers", "map", "cookie", "stick"}) {
    const std::string setting = path + "." + excluded;
    if (!all.places.written(setting)) continue;
    all.report.error(all.places.name(setting), setting + " excludes cluster", "keep one of them");
  }
}

}  // namespace

void validate_clusters(const Validation& all) {
  for (const Cluster& cluster : all.config.clusters) validate_cluster(all, cluster);
  for (const Backend& backend : all.config.backends) validate_backend(all, backend);
  for (const Listener& listener : all.config.listeners) {
    if (!listener.cluster_admin) continue;
    const std::string path = "listeners." + listener.name + ".cluster_admin";
    const std::string setting = path + ".cluster";
    validate_name(all, all.places.written(setting) ? setting : path,
                  listener.cluster_admin->cluster);
  }
}

}  // namespace stickler::config
