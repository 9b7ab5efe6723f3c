// SPDX-License-Identifier: MIT
// Stick tables: how full they are and how often they knew a key, a row each; and how it goes with
// the Redis that some of them are shared through.
#include <spdlog/fmt/fmt.h>

#include <array>

#include "observe/readable.h"
#include "observe/sharing_words.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

using cluster::SharingReport;

constexpr std::array<TableColumn, 7> kTableColumns{{
    {"Table", "", "Name, room for keys, and how long one is kept"},
    {"Keys", "full", "Kept now, and how much of the room that is"},
    {"Hits", "misses", "Requests whose key was known, and whose key was new"},
    {"Claims", "", "New keys that a server got"},
    {"Moves", "", "Keys that had lost their server and got another one"},
    {"Expired", "evicted", "Keys forgotten because nobody used them; because there was no room"},
    {"Corrected", "", "Keys that other balancers had another server for"},
}};

// ---- Redis ----

void put_sharing_state(SharingReport::State state, Html& html) {
  switch (state) {
    case SharingReport::State::alone:
      html.mark("<b class=\"state down\">▼ ALONE</b>");
      return;
    case SharingReport::State::settling:
      html.mark("<b class=\"state drain\">◆ SETTLING</b>");
      return;
    case SharingReport::State::shared:
      html.mark("<b class=\"state up\">▲ SHARED</b>");
      return;
  }
}

// What went otherwise than it should, since the process began.
std::string past_of(const SharingReport& report) {
  if (report.decided_alone == 0 && report.corrected == 0) return "";
  return fmt::format("; so far {} decided alone, {} corrected",
                     readable_count(report.decided_alone), readable_count(report.corrected));
}

void put_redis(const SharingReport& report, WallTime now, Html& html) {
  html.mark("<p class=\"line\">");
  put_sharing_state(report.state, html);
  if (report.since != WallTime{}) {
    html.mark(" <small>");
    put_time(report.since, readable_span(now - report.since), html);
    html.mark("</small>");
  }
  html.mark(" ").text(sharing_details(report) + past_of(report)).mark("</p>\n");
}

// ---- tables ----

std::string table_remarks(const TableStats& table) {
  std::string text = fmt::format("{} keys", readable_count(table.limits.entries));
  if (table.limits.idle != kNoLimit) text += ", idle " + readable_span(table.limits.idle);
  if (table.limits.max_age != kNoLimit) text += ", age " + readable_span(table.limits.max_age);
  if (table.shared) text += ", shared";
  return text;
}

void put_table(const TableStats& table, Html& html) {
  const auto& counts = table.counts;
  html.mark("<tr><th scope=\"row\">").text(table.name);
  html.mark(" <small>").text(table_remarks(table)).mark("</small></th>");
  Cells cells(kTableColumns, html);
  cells.cell(readable_count(counts.entries), readable_share(counts.entries, table.limits.entries));
  cells.counts(counts.hits, counts.misses);
  cells.cell(readable_count(counts.claims));
  cells.cell(readable_count(counts.moves));
  cells.counts(counts.expired, counts.evicted);
  cells.cell(table.shared ? readable_count(counts.corrected) : "–");
  html.mark("</tr>\n");
}

}  // namespace

void put_tables(const PageView& view, Html& html) {
  const StatsSnapshot& stats = view.stats;
  if (stats.tables.empty()) return;
  html.mark("<section>\n<h2 id=\"/tables\">Stick tables</h2>\n");
  if (stats.sharing) put_redis(*stats.sharing, stats.now, html);
  html.mark("<table aria-labelledby=\"/tables\">\n");
  put_table_head(kTableColumns, html);
  html.mark("<tbody>\n");
  for (const TableStats& table : stats.tables) put_table(table, html);
  html.mark("</tbody>\n</table>\n</section>\n");
}

}  // namespace stickler::observe
