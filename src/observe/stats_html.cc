// SPDX-License-Identifier: MIT
#include "observe/stats_html.h"

#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

// A string literal, made of stats_page.css by CMakeLists.txt.
constexpr const char* kStyle =
#include "observe/stats_page.inc"
    ;

using Weight = Event::Weight;

// A dot in the colour of the gravest warning, for a tab among many.
void put_icon(const PageView& view, Html& html) {
  html.mark(
      "<link rel=\"icon\" href=\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
      "viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23");
  if (view.warnings.empty() || view.warnings.front().weight == Weight::info) {
    html.mark("1c7c3c");
  } else if (view.warnings.front().weight == Weight::warning) {
    html.mark("d98e00");
  } else {
    html.mark("b3261e");
  }
  html.mark("'/%3E%3C/svg%3E\">\n");
}

}  // namespace

std::string_view stats_style() { return kStyle; }

std::string stats_html(const PageView& view) {
  Html html;
  html.mark("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
      .mark("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
      .mark("<title>");
  if (!view.warnings.empty()) {
    html.mark("(").text(std::to_string(view.warnings.size())).mark(") ");
  }
  html.text(view.stats.process.node).mark(" – Stickler</title>\n");
  put_icon(view, html);
  html.mark("<style>").mark(kStyle).mark("</style>\n</head>\n<body>\n");
  put_head(view, html);
  html.mark("<main>\n");
  put_warnings(view, html);
  put_listeners(view, html);
  put_backends(view, html);
  put_tables(view, html);
  put_clusters(view, html);
  put_news(view, html);
  html.mark("</main>\n</body>\n</html>\n");
  return html.take();
}

}  // namespace stickler::observe
