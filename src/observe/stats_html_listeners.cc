// SPDX-License-Identifier: MIT
// What clients do at each listener: a row each.
#include <spdlog/fmt/fmt.h>

#include <array>

#include "observe/readable.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

constexpr std::array<TableColumn, 10> kListenerColumns{{
    {"Listener", "", "Name and addresses"},
    {"Requests/s", "highest", "In this second, and the most in any"},
    {"Requests", "", "Since the process began"},
    {"Connections", "highest", "Open now, and the most at once"},
    {"Tunnels", "", "WebSockets and the like, open now"},
    {"5xx", "4xx", "Answers with such a status: their share of all"},
    {"TLS handshakes", "resumed", "And the share that went on with a session from before"},
    {"TLS failed", "", "Handshakes that came to nothing"},
    {"Out", "in", "Bytes to clients, and from them"},
    {"Bad", "denied", "Requests that could not be understood, and that a rule refused"},
}};

std::uint64_t answers_of(const Totals& totals) {
  std::uint64_t sum = 0;
  for (Count each : {Count::responses_1xx, Count::responses_2xx, Count::responses_3xx,
                     Count::responses_4xx, Count::responses_5xx}) {
    sum += totals[each];
  }
  return sum;
}

std::string addresses_of(const ListenerStats& listener) {
  return fmt::format("{}{}", fmt::join(listener.binds, ", "), listener.tls ? " TLS" : "");
}

void put_handshakes(const ListenerStats& listener, Cells& cells) {
  const Totals& totals = listener.totals;
  if (!listener.tls) {
    cells.cell("–");
    cells.cell("–");
    return;
  }
  const std::uint64_t handshakes = totals[Count::handshakes];
  cells.cell(readable_count(handshakes),
             readable_share(totals[Count::handshakes_resumed], handshakes));
  cells.cell(readable_count(totals[Count::handshakes_failed]));
}

void put_listener(const ListenerStats& listener, WallTime now, Html& html) {
  const Totals& totals = listener.totals;
  const std::uint64_t answers = answers_of(totals);
  html.mark("<tr><th scope=\"row\">").text(listener.name);
  html.mark(" <small>").text(addresses_of(listener)).mark("</small></th>");
  Cells cells(kListenerColumns, html);
  cells.counts(rate_now(totals.requests, now), listener.highest.requests);
  cells.cell(readable_count(totals[Count::requests]));
  cells.counts(listener.connections, listener.most_connections);
  cells.cell(readable_count(totals.open_tunnels()));
  cells.cell(readable_share(totals[Count::responses_5xx], answers),
             readable_share(totals[Count::responses_4xx], answers));
  put_handshakes(listener, cells);
  cells.cell(readable_size(totals[Count::bytes_out]), readable_size(totals[Count::bytes_in]));
  cells.counts(totals[Count::bad_requests], totals[Count::denied_requests]);
  html.mark("</tr>\n");
}

}  // namespace

void put_listeners(const PageView& view, Html& html) {
  if (view.stats.listeners.empty()) return;
  html.mark("<section>\n<h2 id=\"/listeners\">Listeners</h2>\n");
  html.mark("<table aria-labelledby=\"/listeners\">\n");
  put_table_head(kListenerColumns, html);
  html.mark("<tbody>\n");
  for (const ListenerStats& listener : view.stats.listeners) {
    put_listener(listener, view.stats.now, html);
  }
  html.mark("</tbody>\n</table>\n</section>\n");
}

}  // namespace stickler::observe
