// SPDX-License-Identifier: MIT
#include "observe/event_listing.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <vector>

#include "base/log.h"
#include "observe/date_text.h"
#include "observe/json_values.h"
#include "observe/stats_words.h"

namespace stickler::observe {
namespace {

struct Happening {
  WallTime when;
  std::string_view kind;
  std::string text;
};

// A session and whoever sent the request are known to the access log.
std::string sentence_of(const Move& move) {
  return fmt::format("a session of {} moved from {} to {}: {}: {}", move.backend, move.from,
                     move.to, move.reason, move.request);
}

std::vector<Happening> happenings(const StatsSnapshot& stats) {
  std::vector<Happening> events;
  for (const Event& event : stats.events) {
    events.push_back({event.when, word_of(event.weight), event.text});
  }
  std::vector<Happening> moves;
  for (const Move& move : stats.moves) moves.push_back({move.when, "move", sentence_of(move)});
  // Either has the newest first.
  std::vector<Happening> all;
  std::ranges::merge(events, moves, std::back_inserter(all), std::greater{}, &Happening::when,
                     &Happening::when);
  return all;
}

// A text of several lines, as of a file that is wrong, stays one event.
std::string on_one_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
    text.replace(at, 1, " | ");
  }
  return text;
}

}  // namespace

std::string event_lines(const StatsSnapshot& stats) {
  std::string text;
  for (Happening& each : happenings(stats)) {
    text += fmt::format("[{}] {} {}\n", log_date(each.when), each.kind,
                        on_one_line(std::move(each.text)));
  }
  return text;
}

std::string events_json(const StatsSnapshot& stats) {
  Json all = Json::array();
  for (const Happening& each : happenings(stats)) {
    all.push_back({{"time", time_or_null(each.when)}, {"kind", each.kind}, {"text", each.text}});
  }
  return document(all);
}

}  // namespace stickler::observe
