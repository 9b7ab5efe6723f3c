// SPDX-License-Identifier: MIT
// What of the statistics page is asked for, and in which form: HAProxy's words behind the page's
// path, "/haproxy;csv;norefresh". They are taken behind a '?', too: HAProxy's own path is
// "/haproxy?stats", and there its users' tools append them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "observe/stats_snapshot.h"

namespace stickler::observe {

struct StatsOptions {
  enum class Form : std::uint8_t { html, csv, json };
  Form form = Form::html;
  bool refresh = true;      // "norefresh"
  bool hide_down = false;   // "up": servers that are down or in maintenance
  bool hide_maint = false;  // "no-maint"
  std::string scope;        // "scope=x": listeners, backends and tables whose name holds this
  std::string server;       // "server=backend/name": everything about this one; ours, not HAProxy's

  bool operator==(const StatsOptions&) const = default;
};

// Unknown words are HAProxy's of other versions: ignored.
StatsOptions parse_stats_options(std::string_view options, std::string_view query);

// Behind the page's path again; "" without any.
std::string to_text(const StatsOptions& options);

// Takes away what is not asked for. Sums stay.
void narrow(const StatsOptions& options, StatsSnapshot& stats);

}  // namespace stickler::observe
