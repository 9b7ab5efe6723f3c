// SPDX-License-Identifier: MIT
#include "observe/stats_html_cells.h"

#include "base/assert.h"
#include "observe/readable.h"

namespace stickler::observe {
namespace {

bool is_quiet(std::string_view text) {
  return text == "0" || text == "–" || text == "0 %" || text == "0 B" || text == "0 s";
}

}  // namespace

void put_table_head(std::span<const TableColumn> columns, Html& html) {
  html.mark("<thead><tr>");
  for (const TableColumn& column : columns) {
    html.mark("<th scope=\"col\" title=\"").text(column.hint).mark("\">").text(column.name);
    if (!column.second.empty()) html.mark(" <small>").text(column.second).mark("</small>");
    html.mark("</th>");
  }
  html.mark("</tr></thead>\n");
}

void Cells::begin(bool quiet) {
  ASSERT(!left_.empty());
  const TableColumn& column = left_.front();
  html_.mark("<td data-label=\"").text(column.name);
  if (!column.second.empty()) html_.mark(" / ").text(column.second);
  html_.mark("\"");
  if (quiet) html_.mark(" class=\"quiet\"");
  html_.mark(">");
  left_ = left_.subspan(1);
}

void Cells::cell(std::string_view first, std::string_view second) {
  begin(is_quiet(first) && (second.empty() || is_quiet(second)));
  html_.mark("<span>").text(first).mark("</span>");
  if (!second.empty()) html_.mark(" <small>").text(second).mark("</small>");
  html_.mark("</td>");
}

void Cells::counts(std::uint64_t first, std::uint64_t second) {
  cell(readable_count(first), readable_count(second));
}

void put_time(WallTime when, std::string_view text, Html& html) {
  html.mark("<time datetime=\"").text(iso_text(when));
  html.mark("\" title=\"").text(full_time_text(when)).mark("\">").text(text).mark("</time>");
}

}  // namespace stickler::observe
