// SPDX-License-Identifier: MIT
// What happened lately: the log's sentences on servers and administration, and sessions that moved.
#include <spdlog/fmt/fmt.h>

#include <span>

#include "observe/readable.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

// Seen at once; older ones on demand.
constexpr std::size_t kSeen = 8;

Markup style_of(Event::Weight weight) {
  switch (weight) {
    case Event::Weight::info:
      return "info";
    case Event::Weight::warning:
      return "warning";
    case Event::Weight::error:
      return "error";
  }
  return "";
}

void put(const Event& event, WallTime now, Html& html) {
  html.mark("<li class=\"").mark(style_of(event.weight)).mark("\">");
  put_time(event.when, clock_text(event.when, now), html);
  html.mark(" <span>").text(event.text).mark("</span></li>\n");
}

// The end of its key is enough to tell sessions apart.
std::string short_session(std::uint64_t session) {
  if (session == 0) return "a session";
  return fmt::format("session …{:04x}", session & 0xffff);
}

void put(const Move& move, WallTime now, Html& html) {
  html.mark("<li>");
  put_time(move.when, clock_text(move.when, now), html);
  html.mark(" <span>").text(short_session(move.session)).mark(" of ").text(move.backend);
  html.mark(": <b>").text(move.from).mark(" → ").text(move.to).mark("</b> <small>");
  html.text(move.reason).mark("</small> <code>").text(move.request).mark("</code></span></li>\n");
}

template <typename T>
void put_news_list(std::span<const T> news, WallTime now, Html& html) {
  html.mark("<ol>\n");
  for (const T& each : news) put(each, now, html);
  html.mark("</ol>\n");
}

template <typename T>
void put_all(Markup title, Markup nothing, const std::vector<T>& news, WallTime now, Html& html) {
  html.mark("<section class=\"news\">\n<h2>").mark(title).mark("</h2>\n");
  const std::span<const T> all(news);
  if (all.empty()) html.mark("<p>").mark(nothing).mark("</p>\n");
  if (!all.empty()) put_news_list(all.first(std::min(kSeen, all.size())), now, html);
  if (all.size() > kSeen) {
    html.mark("<details><summary>").text(std::to_string(all.size() - kSeen));
    html.mark(" older</summary>\n");
    put_news_list(all.subspan(kSeen), now, html);
    html.mark("</details>\n");
  }
  html.mark("</section>\n");
}

}  // namespace

void put_news(const PageView& view, Html& html) {
  html.mark("<div class=\"columns\">\n");
  put_all("Events", "Nothing has happened yet.", view.stats.events, view.stats.now, html);
  put_all("Moves", "No session had to move.", view.stats.moves, view.stats.now, html);
  html.mark("</div>\n");
}

}  // namespace stickler::observe
