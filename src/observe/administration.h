// SPDX-License-Identifier: MIT
// What an administrator can have done to the running program, whoever asks: the runtime socket, or
// a signal. Implemented by the program itself. Control thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/server_state.h"
#include "base/result.h"
#include "cluster/cluster_report.h"
#include "config/effective.h"
#include "net/task.h"
#include "observe/captured_errors.h"
#include "observe/drain.h"
#include "observe/kept_connections.h"
#include "observe/stats_snapshot.h"
#include "proxy/live_sessions.h"
#include "proxy/snapshot.h"

namespace stickler::observe {

// What came of a reload, for whoever asked for it: what changed, or why nothing did.
struct ReloadResult {
  bool ok = false;
  std::string text;
};

// A server by its names.
struct ServerName {
  std::string_view backend;
  std::string_view server;
};

class Administration {
 public:
  virtual ~Administration() = default;

  // What is in force now. Good until the next wait.
  virtual const proxy::Snapshot& snapshot() const = 0;
  virtual const std::vector<config::EffectiveSetting>& settings() const = 0;
  virtual backend::Admin admin_state(ServerName server) const = 0;

  // Everything that is counted and known, at this moment.
  virtual StatsSnapshot stats() = 0;
  // Requests and tunnels that are open at this moment, the oldest first; of very many the oldest of
  // each worker. Empty once the program is about to end.
  virtual net::Task<std::vector<proxy::LiveSession>> sessions() = 0;
  // Of each worker; empty: it was not asked.
  virtual net::Task<std::vector<KeptConnections>> kept_connections() {
    co_return std::vector<KeptConnections>();
  }
  // The last heads that were not understood, the newest first, and how many there were in all.
  virtual const CapturedErrors& errors() const = 0;

  // Whose each cluster's buckets are, as this process knows it.
  virtual std::vector<cluster::ClusterReport> clusters() const = 0;
  // Has all nodes of a cluster get the same number of buckets, or nearly; "" : of the only cluster
  // there is. How many buckets will move; dry: would. The error is a sentence.
  virtual net::Task<Result<std::size_t, std::string>> rebalance(std::string cluster,
                                                                bool dry_run) = 0;

  // Keys that would come to another server by a map (balance/moved_keys.h) are a reason not to
  // reload, unless they may. Who allows it once more says that they have arrived.
  enum class MovedKeys { refuse, allow };
  virtual net::Task<ReloadResult> reload(MovedKeys moved) = 0;

  // Each: nothing, or a sentence that says why not. What is set survives reloads and, if a state
  // file is configured, restarts.
  virtual std::optional<std::string> set_state(ServerName server, backend::Admin state) = 0;
  // As set_state(drain); when `within` has passed who is left is moved, as set_state(maint) does.
  virtual std::optional<std::string> drain(ServerName server, Duration within) = 0;
  virtual DrainReport drain_report(ServerName server) = 0;
  virtual std::optional<std::string> set_weight(ServerName server, unsigned weight) = 0;
  virtual std::optional<std::string> set_address(ServerName server, std::string_view address) = 0;
  // Its browsers come back at once, and by their cookie to this server, if it takes them.
  virtual void end_tunnels(ServerName server) = 0;
};

}  // namespace stickler::observe
