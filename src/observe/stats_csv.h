// SPDX-License-Identifier: MIT
// The snapshot as HAProxy 2.6 writes its statistics (its management guide, 9.1 to 9.2): a row for
// each listener, server and backend. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "observe/stats_columns.h"

namespace stickler::observe {

// Which rows and columns are wanted.
struct StatsView {
  // HAProxy's numbers for kinds of rows, to be added up; those of a server's sockets are not here.
  static constexpr unsigned kListeners = 1;
  static constexpr unsigned kBackends = 2;
  static constexpr unsigned kServers = 4;

  bool legends = false;       // columns that a page shows only where the administrator wants it
  bool without_down = false;  // servers that are down for good, and those in maintenance
  bool without_maint = false;
  unsigned kinds = kListeners | kBackends | kServers;
  std::vector<std::size_t> proxies = {};   // proxy_number(); empty: all
  std::optional<std::size_t> server = {};  // server_number(); nothing: all
};

// Comma-separated values (RFC 4180): a line of names that begins with "# ", then a line each, with
// a comma behind every value.
std::string stats_csv(const StatsSnapshot& stats, const StatsView& view);

// A line for each value: "S.3.1.17.status.1:SGP:str:UP".
std::string stats_typed(const StatsSnapshot& stats, const StatsView& view);

// An array of rows, each an array of objects with name, tags and value. One line.
std::string stats_json(const StatsSnapshot& stats, const StatsView& view);

}  // namespace stickler::observe
