// SPDX-License-Identifier: MIT
// Everything that pages, CSV, JSON, metrics and the runtime socket say about the running program,
// as one value of one moment. They are views of it and know nothing else, so no two of them can say
// different things. gather_stats.h makes it; the control thread, each time somebody looks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/check_history.h"
#include "backend/server_state.h"
#include "balance/sticky_table.h"
#include "base/units.h"
#include "cluster/cluster_report.h"
#include "cluster/sharing_report.h"
#include "config/config.h"
#include "observe/counts.h"
#include "observe/drain.h"
#include "observe/events.h"
#include "observe/statistics.h"

namespace stickler::observe {

struct ProcessStats {
  std::string version;
  std::string node;  // the host's name
  int pid = 0;
  WallTime started{};
  unsigned workers = 0;
  std::size_t descriptors = 0;  // allowed
  std::size_t max_connections = 0;
  std::size_t connections = 0;  // of clients, open now
  std::size_t most_connections = 0;
  std::uint64_t lost_log_lines = 0;
  Totals totals;  // of all listeners
  HighestRates highest;
  bool stopping = false;
  // The last reload; `when` is zero if there was none.
  struct Reload {
    WallTime when{};
    bool ok = false;
    std::string text;  // what changed, or why nothing did
  } reload;
};

struct CertificateStats {
  std::string name;  // the first it is good for
  WallTime until{};
};

struct ListenerStats {
  std::string name;
  std::size_t id = 0;
  std::vector<std::string> binds;  // as written
  bool tls = false;
  std::vector<CertificateStats> certificates;
  std::size_t connections = 0;  // open now
  std::size_t most_connections = 0;
  Totals totals;
  HighestRates highest;
};

struct ServerStats {
  std::string name;
  std::size_t id = 0;
  std::string address;     // "10.0.0.1:80"; "" while the name has not resolved
  std::string configured;  // as written
  std::string cookie;      // "" without persistence
  bool backup = false;
  unsigned weight = 0;
  unsigned file_weight = 0;
  unsigned maxconn = 0;  // 0: no limit

  backend::Health health = backend::Health::unknown;
  backend::Admin admin = backend::Admin::ready;
  balance::Availability availability = balance::Availability::unknown;
  unsigned rise = 0;
  unsigned fall = 0;
  unsigned in_a_row = 0;  // checks that have led into going up or going down
  bool checked = false;   // health checks are configured
  WallTime since{};       // it last came to be usable or unusable
  Duration downtime{0};
  std::uint64_t failed_checks = 0;
  std::uint64_t went_down = 0;
  std::vector<backend::CheckRecord> checks;  // the last ones, the newest last
  backend::CheckRecord last_failure;         // `when` is zero if none did

  std::size_t active = 0;  // requests and tunnels at the server
  std::size_t most_active = 0;
  std::size_t queued = 0;
  std::size_t most_queued = 0;
  std::uint64_t sessions = 0;        // sticky ones seen in the last 15 minutes
  std::optional<DrainReport> drain;  // while it drains
  Totals totals;
  HighestRates highest;
  SpanBuckets recent_responses{};  // of the last five minutes or so
};

// Of a backend's servers as a whole.
struct BackendStats {
  std::string name;
  std::size_t id = 0;
  config::Backend::Balance balance = config::Backend::Balance::roundrobin;
  std::string cookie;      // its name; "" without persistence
  unsigned max_queue = 0;  // requests waiting per server; 0: no limit
  std::size_t active = 0;
  std::size_t most_active = 0;
  std::size_t queued = 0;  // for a server in particular, or for any
  std::size_t most_queued = 0;
  WallTime since{};      // it last came to be usable or unusable
  Duration downtime{0};  // no server was usable
  std::uint64_t went_down = 0;
  std::uint64_t sessions = 0;  // of its servers; who has moved is counted once
  std::vector<ServerStats> servers;
  Totals totals;
  HighestRates highest;

  // Of sessions that are there, at least.
  bool usable() const;
  // What HAProxy calls UP. Otherwise new sessions are refused, however many drain on.
  bool takes_new_sessions() const;
  // Of servers that take new sessions: how many, and their weight.
  unsigned usable_servers(bool backup) const;
  unsigned usable_weight() const;
};

// A stick table.
struct TableStats {
  std::string name;
  balance::StickyLimits limits;
  bool shared = false;
  balance::StickyTable::Counts counts;
};

struct StatsSnapshot {
  WallTime now{};
  ProcessStats process;
  std::vector<ListenerStats> listeners;
  std::vector<BackendStats> backends;
  std::vector<TableStats> tables;
  std::optional<cluster::SharingReport> sharing;  // if a table is shared
  std::vector<cluster::ClusterReport> clusters;
  std::vector<Event> events;  // the newest first
  std::vector<Move> moves;    // ditto
};

// Of what is counted in a snapshot of that moment: how often in the second that is running.
std::uint64_t rate_now(const RateTotal& rate, WallTime now);

}  // namespace stickler::observe
