// SPDX-License-Identifier: MIT
// Everything about one server: its last checks, and the numbers that have no column. Shown while
// the page's address names the server: that outlives a refresh, as an opened <details> would not.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <ranges>

#include "observe/readable.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

// A titled list.
class Facts {
 public:
  Facts(Markup title, Html& html) : html_(html) {
    html_.mark("<div><h4>").mark(title).mark("</h4><dl>\n");
  }
  Facts(const Facts&) = delete;
  Facts& operator=(const Facts&) = delete;
  ~Facts() { html_.mark("</dl></div>\n"); }

  void fact(Markup name, std::string_view value) {
    html_.mark("<div><dt>").mark(name).mark("</dt><dd>").text(value).mark("</dd></div>\n");
  }
  void count(Markup name, std::uint64_t value) { fact(name, std::to_string(value)); }

 private:
  Html& html_;
};

// ---- what it is ----

std::string weight_of(const ServerStats& server) {
  if (server.weight == server.file_weight) return std::to_string(server.weight);
  return fmt::format("{}, in the file {}", server.weight, server.file_weight);
}

std::string shown_address(const ServerStats& server) {
  if (server.address.empty()) return server.configured + ", not resolved";
  if (server.address == server.configured) return server.address;
  return fmt::format("{}, configured as {}", server.address, server.configured);
}

void put_identity(const ServerStats& server, Html& html) {
  Facts facts("Server", html);
  facts.fact("Address", shown_address(server));
  if (!server.cookie.empty()) facts.fact("Value of the cookie", server.cookie);
  facts.fact("Weight", weight_of(server) + (server.backup ? ", backup" : ""));
  facts.fact("Places (maxconn)", server.maxconn == 0 ? "no limit" : std::to_string(server.maxconn));
  facts.fact("Set by an administrator", describe(server.admin));
  if (server.checked) {
    facts.fact("Checks", fmt::format("rise {}, fall {}", server.rise, server.fall));
    facts.count("Checks that failed while it was up", server.failed_checks);
  }
}

// ---- what it did ----

std::string last_request_of(const ServerStats& server, WallTime now) {
  const std::uint32_t last = server.totals.requests.last;
  if (last == 0) return "never";
  return readable_ago(WallTime(std::chrono::seconds(last)), now);
}

void put_requests(const ServerStats& server, WallTime now, Html& html) {
  const Totals& totals = server.totals;
  Facts facts("Requests and answers", html);
  facts.count("Requests", totals[Count::requests]);
  facts.fact("The last one", last_request_of(server, now));
  facts.count("Sent here by the algorithm", totals[Count::balanced]);
  facts.count("Sessions that came from another server", totals[Count::moved_sessions]);
  facts.count("Waited in vain for a place", totals[Count::queue_timeouts]);
  facts.count("Answers 1xx", totals[Count::responses_1xx]);
  facts.count("Answers 2xx", totals[Count::responses_2xx]);
  facts.count("Answers 3xx", totals[Count::responses_3xx]);
  facts.count("Answers 4xx", totals[Count::responses_4xx]);
  facts.count("Answers 5xx", totals[Count::responses_5xx]);
}

std::string times_text(const SpanTotals& spans) {
  if (spans.count() == 0) return "–";
  return fmt::format("{}, longest {}", readable_latency(spans.recent_mean()),
                     readable_latency(spans.longest));
}

// Means of the last thousand requests, as HAProxy shows them.
void put_connections(const ServerStats& server, Html& html) {
  const Totals& totals = server.totals;
  const std::uint64_t reuses = totals[Count::reuses];
  Facts facts("Connections and times", html);
  facts.count("New connections", totals[Count::connects]);
  facts.fact(
      "Kept ones used again",
      fmt::format("{} ({})", reuses, readable_share(reuses, reuses + totals[Count::connects])));
  facts.count("Kept ones found closed", totals[Count::stale_reuses]);
  facts.count("Tunnels so far", totals[Count::tunnels_begun]);
  facts.fact("In the queue, on average", times_text(totals[Span::queue]));
  facts.fact("To connect", times_text(totals[Span::connect]));
  facts.fact("To the answer's head", times_text(totals[Span::response]));
  facts.fact("In all", times_text(totals[Span::total]));
}

// ---- its checks ----

void put_check(const backend::CheckRecord& check, WallTime now, Html& html) {
  const backend::CheckVerdict& verdict = check.verdict;
  html.mark("<tr><td>");
  put_time(check.when, clock_text(check.when, now), html);
  html.mark("</td><td>").mark(verdict.passed ? Markup("passed") : "<b>failed</b>");
  html.mark("</td><td>").text(backend::haproxy_word(verdict.result));
  html.mark("</td><td>");
  if (verdict.status != 0) html.text(std::to_string(verdict.status));
  html.mark("</td><td>").text(readable_latency(verdict.took));
  html.mark("</td><td>").text(verdict.text).mark("</td></tr>\n");
}

void put_check_table(const ServerStats& server, WallTime now, Html& html) {
  if (server.checks.empty()) return;
  html.mark("<table>\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Verdict</th>")
      .mark("<th scope=\"col\">Result</th><th scope=\"col\">Status</th>")
      .mark(
          "<th scope=\"col\">Took</th><th scope=\"col\">What it met</th></tr></thead>\n<tbody>\n");
  for (const backend::CheckRecord& check : std::views::reverse(server.checks)) {
    put_check(check, now, html);
  }
  html.mark("</tbody>\n</table>\n");
}

}  // namespace

void put_server_details(const PageView& view, const BackendStats& backend,
                        const ServerStats& server, Html& html) {
  const WallTime now = view.stats.now;
  const std::string name = backend.name + "/" + server.name;
  StatsOptions without = view.options;
  without.server.clear();
  html.mark("<article class=\"details\" id=\"").text(name).mark("\">\n<h3>");
  html.text(name).mark("</h3> <a href=\"").text(view.page.uri + to_text(without));
  html.mark("#").text(backend.name).mark("\">Close</a>\n");
  html.mark("<div class=\"columns\">\n");
  put_identity(server, html);
  put_requests(server, now, html);
  put_connections(server, html);
  html.mark("</div>\n");
  put_check_table(server, now, html);
  html.mark("</article>\n");
}

}  // namespace stickler::observe
