// SPDX-License-Identifier: MIT
// What each server does for its backend: a table per backend, a row per server.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>

#include "observe/readable.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"
#include "observe/stats_words.h"

namespace stickler::observe {
namespace {

using balance::Availability;

constexpr std::array<TableColumn, 15> kServerColumns{{
    {"Server", "", "Name and address; leads to everything about it"},
    {"State", "for", "And how long it has been usable or not"},
    {"Sessions", "", "Sticky sessions seen in the last 15 minutes, about"},
    {"Tunnels", "", "WebSockets and the like, open now"},
    {"Active", "highest", "Requests and tunnels being served, and the most at once (of maxconn)"},
    {"Queue", "highest", "Requests that wait for this server"},
    {"Requests/s", "highest", "In this second, and the most in any"},
    {"Median", "99 %", "Time to the answer's head in the last five minutes"},
    {"5xx", "4xx", "Answers with such a status"},
    {"Out", "in", "Bytes to clients, and from them"},
    {"Retries", "redispatched", "Asked once more; given to another server"},
    {"Unreached", "no answer",
     "Requests that ended because no connection came about, or no answer"},
    {"Aborts", "by server", "Ended early by the client, and by the server"},
    {"Checks", "last failure", "The last 20 health checks, the newest on the right"},
    {"Downtime", "times", "How long it could not be used, and how often checks took it down"},
}};

// ---- state ----

struct State {
  Markup style;
  Markup word;
};

State state_of(const ServerStats& server) {
  switch (server.availability) {
    case Availability::up:
      return {"up", "▲ UP"};
    case Availability::drain:
      return {"drain", "◆ DRAIN"};
    case Availability::down:
      return {"down", "▼ DOWN"};
    case Availability::maint:
      return {"maint", "■ MAINT"};
    case Availability::unknown:
      break;
  }
  return {"unknown", "? NOT CHECKED"};
}

// On the way to another state: "1 of 3 failed".
std::string progress_of(const ServerStats& server) {
  if (server.health == backend::Health::going_down) {
    return fmt::format("{} of {} failed", server.in_a_row, server.fall);
  }
  if (server.health == backend::Health::going_up) {
    return fmt::format("{} of {} passed", server.in_a_row, server.rise);
  }
  return {};
}

void put_server_state(const ServerStats& server, WallTime now, Html& html) {
  const State state = state_of(server);
  html.mark("<b class=\"state ").mark(state.style).mark("\">").mark(state.word).mark("</b> ");
  html.mark("<small>");
  put_time(server.since, readable_span(now - server.since), html);
  if (const std::string progress = progress_of(server); !progress.empty()) {
    html.mark(", <em>").text(progress).mark("</em>");
  }
  html.mark("</small>");
}

// ---- checks ----

std::string check_words(const backend::CheckRecord& check, WallTime now) {
  return fmt::format("{} {} {}", clock_text(check.when, now),
                     backend::haproxy_word(check.verdict.result), check.verdict.text);
}

// A bar for each, a tall one if it failed.
void put_strip(const ServerStats& server, WallTime now, Html& html) {
  const auto failed = std::ranges::count_if(
      server.checks, [](const backend::CheckRecord& check) { return !check.verdict.passed; });
  html.mark("<span class=\"strip\" role=\"img\" aria-label=\"")
      .text(fmt::format("{} of the last {} checks failed", failed, server.checks.size()))
      .mark("\">");
  for (const backend::CheckRecord& check : server.checks) {
    html.mark(check.verdict.passed ? Markup("<i title=\"") : "<i class=\"failed\" title=\"");
    html.text(check_words(check, now)).mark("\"></i>");
  }
  html.mark("</span>");
}

void put_check_summary(const ServerStats& server, WallTime now, Html& html) {
  if (!server.checked) {
    html.mark("<span>not checked</span>");
    return;
  }
  put_strip(server, now, html);
  const backend::CheckRecord& failure = server.last_failure;
  if (failure.when == WallTime{}) return;
  html.mark(" <small class=\"failure\" title=\"").text(failure.verdict.text).mark("\">");
  put_time(failure.when, readable_ago(failure.when, now), html);
  html.mark(": ").text(failure.verdict.text).mark("</small>");
}

// ---- rows ----

std::string limited(std::size_t most, unsigned limit) {
  return limit == 0 ? readable_count(most)
                    : fmt::format("{} of {}", readable_count(most), readable_count(limit));
}

void put_latency(const SpanBuckets& recent, Cells& cells) {
  if (std::ranges::all_of(recent, [](std::uint64_t count) { return count == 0; })) {
    return cells.cell("–");
  }
  cells.cell(readable_latency(span_quantile(recent, 0.5)),
             readable_latency(span_quantile(recent, 0.99)));
}

// Of a server and of a backend the same.
void put_traffic(const Totals& totals, Cells& cells) {
  cells.counts(totals[Count::responses_5xx], totals[Count::responses_4xx]);
  cells.cell(readable_size(totals[Count::bytes_out]), readable_size(totals[Count::bytes_in]));
  cells.counts(totals[Count::retries], totals[Count::redispatches]);
  cells.counts(totals[Count::connect_errors], totals[Count::response_errors]);
  cells.counts(totals[Count::client_aborts], totals[Count::server_aborts]);
}

std::string server_remarks(const ServerStats& server) {
  std::string text = server.address.empty() ? server.configured : server.address;
  if (server.backup) text += ", backup";
  if (server.weight != 1 || server.weight != server.file_weight) {
    text += fmt::format(", weight {}", server.weight);
  }
  return text;
}

// To everything about it, and back.
void put_name(const PageView& view, const BackendStats& backend, const ServerStats& server,
              Html& html) {
  const std::string name = backend.name + "/" + server.name;
  StatsOptions options = view.options;
  options.server = options.server == name ? "" : name;
  html.mark("<a href=\"").text(view.page.uri + to_text(options));
  html.mark("#").text(options.server.empty() ? backend.name : name).mark("\">");
  html.text(server.name).mark("</a> <small>").text(server_remarks(server)).mark("</small>");
}

void put_server(const PageView& view, const BackendStats& backend, const ServerStats& server,
                Html& html) {
  const WallTime now = view.stats.now;
  html.mark("<tr class=\"of-").mark(state_of(server).style).mark("\"><th scope=\"row\">");
  put_name(view, backend, server, html);
  html.mark("</th>");
  Cells cells(kServerColumns, html);
  cells.cell_with([&] { put_server_state(server, now, html); });
  cells.cell(backend.cookie.empty() ? "–" : readable_count(server.sessions));
  cells.cell(readable_count(server.totals.open_tunnels()));
  cells.cell(readable_count(server.active), limited(server.most_active, server.maxconn));
  cells.counts(server.queued, server.most_queued);
  cells.counts(rate_now(server.totals.requests, now), server.highest.requests);
  put_latency(server.recent_responses, cells);
  put_traffic(server.totals, cells);
  cells.cell_with([&] { put_check_summary(server, now, html); });
  cells.cell(readable_span(server.downtime), readable_count(server.went_down));
  html.mark("</tr>\n");
}

SpanBuckets recent_responses(const BackendStats& backend) {
  SpanBuckets sum{};
  for (const ServerStats& server : backend.servers) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += server.recent_responses[i];
  }
  return sum;
}

// Since when it is usable or not is known, not since when all of it drains.
void put_backend_state(const BackendStats& backend, WallTime now, Html& html) {
  if (backend.usable() && !backend.takes_new_sessions()) {
    html.mark("<b class=\"state drain\">◆ DRAIN</b>");
    return;
  }
  html.mark(backend.usable() ? Markup("<b class=\"state up\">▲ UP</b> ")
                             : "<b class=\"state down\">▼ DOWN</b> ");
  html.mark("<small>");
  put_time(backend.since, readable_span(now - backend.since), html);
  html.mark("</small>");
}

void put_sum(const BackendStats& backend, WallTime now, Html& html) {
  html.mark("<tfoot><tr><th scope=\"row\">All of ").text(backend.name).mark("</th>");
  Cells cells(kServerColumns, html);
  cells.cell_with([&] { put_backend_state(backend, now, html); });
  cells.cell(backend.cookie.empty() ? "–" : readable_count(backend.sessions));
  cells.cell(readable_count(backend.totals.open_tunnels()));
  cells.counts(backend.active, backend.most_active);
  cells.counts(backend.queued, backend.most_queued);
  cells.counts(rate_now(backend.totals.requests, now), backend.highest.requests);
  put_latency(recent_responses(backend), cells);
  put_traffic(backend.totals, cells);
  cells.cell("–");
  cells.cell(readable_span(backend.downtime), readable_count(backend.went_down));
  html.mark("</tr></tfoot>\n");
}

// ---- a backend ----

void put_summary(const BackendStats& backend, Html& html) {
  std::string text(word_of(backend.balance));
  if (!backend.cookie.empty()) text += " · cookie " + backend.cookie;
  const unsigned main = backend.usable_servers(false);
  const unsigned backup = backend.usable_servers(true);
  text += fmt::format(" · {} server{} for new sessions", main, main == 1 ? "" : "s");
  if (backup > 0) text += fmt::format(" and {} in reserve", backup);
  html.mark("<p>").text(text).mark("</p>\n");
}

void put_backend(const PageView& view, const BackendStats& backend, Html& html) {
  html.mark("<section>\n<h2 id=\"").text(backend.name).mark("\">");
  html.text(backend.name).mark("</h2>\n");
  put_summary(backend, html);
  html.mark("<table class=\"servers\" aria-labelledby=\"").text(backend.name).mark("\">\n");
  put_table_head(kServerColumns, html);
  html.mark("<tbody>\n");
  for (const ServerStats& server : backend.servers) put_server(view, backend, server, html);
  html.mark("</tbody>\n");
  put_sum(backend, view.stats.now, html);
  html.mark("</table>\n");
  for (const ServerStats& server : backend.servers) {
    if (view.options.server != backend.name + "/" + server.name) continue;
    put_server_details(view, backend, server, html);
  }
  html.mark("</section>\n");
}

}  // namespace

void put_backends(const PageView& view, Html& html) {
  for (const BackendStats& backend : view.stats.backends) put_backend(view, backend, html);
}

}  // namespace stickler::observe
