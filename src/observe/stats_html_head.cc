// SPDX-License-Identifier: MIT
// The top of the page: which program this is, how much it has to do, what is wrong.
#include <spdlog/fmt/fmt.h>

#include "observe/readable.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

// A number with its name above and a remark below.
void put_fact(Markup name, std::string_view value, std::string_view remark, Html& html) {
  html.mark("<div><dt>").mark(name).mark("</dt><dd>").text(value);
  if (!remark.empty()) html.mark(" <small>").text(remark).mark("</small>");
  html.mark("</dd></div>\n");
}

void put_since(Markup name, WallTime when, WallTime now, std::string_view remark, Html& html) {
  html.mark("<div><dt>").mark(name).mark("</dt><dd>");
  put_time(when, readable_span(now - when), html);
  html.mark(" <small>").text(remark).mark("</small></dd></div>\n");
}

std::uint64_t sessions_of(const StatsSnapshot& stats) {
  std::uint64_t sum = 0;
  for (const BackendStats& backend : stats.backends) sum += backend.sessions;
  return sum;
}

void put_facts(const PageView& view, Html& html) {
  const StatsSnapshot& stats = view.stats;
  const ProcessStats& process = stats.process;
  html.mark("<dl class=\"facts\">\n");
  put_fact("Requests a second", readable_count(rate_now(process.totals.requests, stats.now)),
           "highest " + readable_count(process.highest.requests), html);
  put_fact("Connections", readable_count(process.connections),
           fmt::format("of {}, highest {}", readable_count(process.max_connections),
                       readable_count(process.most_connections)),
           html);
  put_fact("Tunnels", readable_count(process.totals.open_tunnels()), "open now", html);
  put_fact("Sticky sessions", readable_count(sessions_of(stats)), "seen in 15 min", html);
  put_since("Running for", process.started, stats.now,
            fmt::format("{} worker{}, pid {}", process.workers, process.workers == 1 ? "" : "s",
                        process.pid),
            html);
  const ProcessStats::Reload& reload = process.reload;
  if (reload.when == WallTime{}) {
    put_fact("Reloaded", "–", "not yet", html);
  } else {
    html.mark("<div><dt>Reloaded</dt><dd>");
    put_time(reload.when, clock_text(reload.when, stats.now), html);
    html.mark(" <small>").text(reload.ok ? "done" : "failed").mark("</small></dd></div>\n");
  }
  html.mark("</dl>\n");
}

void put_link(const PageView& view, const StatsOptions& options, Markup words, Html& html) {
  html.mark("<a href=\"").text(view.page.uri + to_text(options)).mark("\">");
  html.mark(words).mark("</a>\n");
}

// The same page in another form.
void put_links(const PageView& view, Html& html) {
  html.mark("<nav aria-label=\"Views of this page\">\n");
  if (view.page.refresh > kNoLimit) {
    StatsOptions other = view.options;
    other.refresh = !other.refresh;
    put_link(view, other, view.options.refresh ? Markup("Stop refreshing") : "Refresh by itself",
             html);
  }
  StatsOptions other = view.options;
  other.hide_down = !other.hide_down;
  put_link(view, other,
           view.options.hide_down ? Markup("Show all servers") : "Hide servers that are down",
           html);
  other = view.options;
  other.server.clear();
  other.form = StatsOptions::Form::csv;
  put_link(view, other, "CSV", html);
  other.form = StatsOptions::Form::json;
  put_link(view, other, "JSON", html);
  html.mark("</nav>\n");
}

}  // namespace

void put_head(const PageView& view, Html& html) {
  const ProcessStats& process = view.stats.process;
  html.mark("<header>\n<h1>Stickler <small>").text(process.version).mark(" on ");
  html.text(process.node).mark("</small></h1>\n");
  put_links(view, html);
  put_facts(view, html);
  html.mark("</header>\n");
}

void put_warnings(const PageView& view, Html& html) {
  if (view.warnings.empty()) return;
  html.mark("<ul class=\"warnings\" aria-label=\"Warnings\">\n");
  for (const StatsWarning& warning : view.warnings) {
    switch (warning.weight) {
      case Event::Weight::error:
        html.mark("<li class=\"error\"><b>Error</b> ");
        break;
      case Event::Weight::warning:
        html.mark("<li class=\"warning\"><b>Warning</b> ");
        break;
      case Event::Weight::info:
        html.mark("<li class=\"info\"><b>Note</b> ");
        break;
    }
    html.mark("<span>").text(warning.text).mark("</span></li>\n");
  }
  html.mark("</ul>\n");
}

}  // namespace stickler::observe
