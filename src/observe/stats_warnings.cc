// SPDX-License-Identifier: MIT
#include "observe/stats_warnings.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <iterator>

#include "observe/cluster_words.h"
#include "observe/readable.h"
#include "observe/sharing_words.h"

namespace stickler::observe {
namespace {

using Weight = Event::Weight;
using balance::Availability;

class Warnings {
 public:
  explicit Warnings(const StatsSnapshot& stats) : stats_(stats) {}

  std::vector<StatsWarning> run();

 private:
  void say(Weight weight, std::string text) { said_.push_back({weight, std::move(text)}); }
  void look_at_process();
  void look_at_sharing();
  void look_at(const cluster::ClusterReport& cluster);
  void look_at(const std::string& name, const cluster::NodeReport& node);
  void look_at_certificates(const ListenerStats& listener);
  void look_at(const BackendStats& backend);
  void look_at(const std::string& name, const ServerStats& server);

  const StatsSnapshot& stats_;
  std::vector<StatsWarning> said_;
};

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// "11 sessions, 9 tunnels and 2 requests left; 0.6 leave per minute, …"
std::string drain_text(const DrainReport& drain) {
  const Occupants& left = drain.occupants;
  if (left.none()) return "is drained: nobody is left there";
  std::string text =
      fmt::format("is draining: {}, {} and {} left", counted(left.sessions, "session"),
                  counted(left.tunnels, "tunnel"), counted(left.requests, "request"));
  if (drain.decay && *drain.decay > 0) text += fmt::format("; {:.1f} leave a minute", *drain.decay);
  if (drain.until_empty) text += ", empty in about " + readable_span(*drain.until_empty);
  if (drain.until_limit) text += "; who is left moves in " + readable_span(*drain.until_limit);
  return text;
}

std::vector<StatsWarning> Warnings::run() {
  look_at_process();
  look_at_sharing();
  for (const cluster::ClusterReport& cluster : stats_.clusters) look_at(cluster);
  for (const BackendStats& backend : stats_.backends) look_at(backend);
  for (const ListenerStats& listener : stats_.listeners) look_at_certificates(listener);
  std::vector<StatsWarning> heaviest_first;
  for (const Weight weight : {Weight::error, Weight::warning, Weight::info}) {
    std::ranges::copy_if(said_, std::back_inserter(heaviest_first),
                         [=](const StatsWarning& each) { return each.weight == weight; });
  }
  return heaviest_first;
}

void Warnings::look_at_process() {
  const ProcessStats& process = stats_.process;
  if (process.stopping) say(Weight::warning, "this process is stopping: it finishes what is open");
  const ProcessStats::Reload& reload = process.reload;
  if (reload.when != WallTime{} && !reload.ok) {
    say(Weight::error, fmt::format("the last reload, {}, changed nothing: {}",
                                   readable_ago(reload.when, stats_.now), reload.text));
  }
  if (process.max_connections > 0 && process.connections >= process.max_connections) {
    say(Weight::error,
        fmt::format("all {} connections are in use: new clients wait", process.max_connections));
  }
  if (process.lost_log_lines > 0) {
    say(Weight::warning,
        fmt::format("{} of the access log were lost, because its output was too slow",
                    counted(process.lost_log_lines, "line")));
  }
}

// Telling Redis after it has been away ends by itself.
void Warnings::look_at_sharing() {
  if (!stats_.sharing) return;
  const bool alone = stats_.sharing->state == cluster::SharingReport::State::alone;
  const bool settling = stats_.sharing->state == cluster::SharingReport::State::settling;
  if (!alone && !settling) return;
  say(alone ? Weight::warning : Weight::info,
      fmt::format("stick tables: {}: {}", sharing_state(*stats_.sharing, stats_.now),
                  sharing_details(*stats_.sharing)));
}

// A monitor is elected anew within a term.
void Warnings::look_at(const cluster::ClusterReport& cluster) {
  const std::string name = "cluster " + cluster.name;
  if (cluster.balances && !cluster.vouches) {
    say(Weight::error, fmt::format("{}: this balancer is silent, its requests get 503: {}", name,
                                   cluster_details(cluster)));
  } else if (!cluster.trouble.empty()) {
    say(Weight::warning, fmt::format("{}: trouble with etcd: {}", name, cluster.trouble));
  }
  if (cluster.monitor.empty()) {
    say(Weight::warning, name + " has no monitor: no bucket can move, and none gets a node");
  }
  if (cluster.unowned > 0) {
    say(Weight::error,
        fmt::format("{}: {} without a node", name, counted(cluster.unowned, "bucket")));
  }
  for (const cluster::NodeReport& node : cluster.nodes) look_at(name, node);
}

void Warnings::look_at(const std::string& name, const cluster::NodeReport& node) {
  if (!node.registered) {
    say(Weight::warning, fmt::format("{}: node {} is not registered any more ({})", name, node.id,
                                     key_in_words(node, stats_.now)));
  }
  if (!node.trouble.empty()) {
    say(Weight::error,
        fmt::format("{}: node {} does not let go of its buckets: {}", name, node.id, node.trouble));
  }
}

// One certificate may serve several listeners: said once for each, since each needs it.
void Warnings::look_at_certificates(const ListenerStats& listener) {
  for (const CertificateStats& certificate : listener.certificates) {
    const Duration left = certificate.until - stats_.now;
    if (left >= kCertificateWarning) continue;
    const std::string name =
        fmt::format("listener {}: the certificate of {}", listener.name, certificate.name);
    if (left <= Duration{0}) {
      say(Weight::error,
          fmt::format("{} has expired {}", name, readable_ago(certificate.until, stats_.now)));
    } else {
      say(Weight::warning, fmt::format("{} expires in {}", name, readable_span(left)));
    }
  }
}

void Warnings::look_at(const BackendStats& backend) {
  if (!backend.usable()) {
    say(Weight::error, fmt::format("backend {} has no usable server", backend.name));
  } else if (!backend.takes_new_sessions()) {
    say(Weight::warning,
        fmt::format("backend {} takes no new sessions: whatever is up there drains", backend.name));
  }
  for (const ServerStats& server : backend.servers) {
    look_at(backend.name + "/" + server.name, server);
  }
}

void Warnings::look_at(const std::string& name, const ServerStats& server) {
  const std::string lasted = readable_span(stats_.now - server.since);
  if (server.availability == Availability::down) {
    std::string why = server.last_failure.verdict.text;
    say(Weight::warning, fmt::format("server {} has been down for {}{}{}", name, lasted,
                                     why.empty() ? "" : ": ", why));
  } else if (server.availability == Availability::maint) {
    say(Weight::info, fmt::format("server {} is in maintenance", name));
  } else if (server.drain) {
    say(Weight::info, fmt::format("server {} {}", name, drain_text(*server.drain)));
  }
}

}  // namespace

std::vector<StatsWarning> stats_warnings(const StatsSnapshot& stats) {
  return Warnings(stats).run();
}

}  // namespace stickler::observe
