// SPDX-License-Identifier: MIT
#include "observe/stats_html_buckets.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "observe/cluster_words.h"
#include "observe/readable.h"

namespace stickler::observe {
namespace {

using cluster::BucketReport;
using cluster::BucketState;
using cluster::ClusterReport;
using cluster::Stage;

constexpr std::size_t kMostCells = 256;

// Further nodes have the same colours once more, but numbers of their own.
constexpr std::array<Markup, 8> kColours{"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"};

using NodePlace = std::optional<std::size_t>;  // by its place in the report; nothing: nobody

NodePlace place_of(const ClusterReport& report, const std::string& id) {
  const auto node = std::ranges::find(report.nodes, id, &cluster::NodeReport::id);
  if (id.empty() || node == report.nodes.end()) return std::nullopt;
  return static_cast<std::size_t>(node - report.nodes.begin());
}

std::string number_of(NodePlace node) { return node ? std::to_string(*node + 1) : "–"; }

// What a cell shows.
struct Cell {
  std::size_t first = 0;  // bucket
  std::size_t last = 0;
  NodePlace node;      // who has it, or is going to if nobody knows who has it
  bool mixed = false;  // there are several
  bool moves = false;  // any of them
  std::string label;   // few characters: "1", "›2"
};

Cell cell_of(const ClusterReport& report, std::size_t first, std::size_t last) {
  Cell cell{first, last, {}, false, false, ""};
  for (std::size_t i = first; i <= last; ++i) {
    const BucketState& state = report.buckets[i].state;
    const NodePlace node = place_of(report, state.owner.empty() ? state.next : state.owner);
    if (i > first && node != cell.node) cell.mixed = true;
    if (i == first) cell.node = node;
    cell.moves |= state.moves();
  }
  cell.label = cell.mixed ? "*" : number_of(cell.node);
  if (!cell.moves) return cell;
  const bool single = first == last;
  cell.label = "›" + (single ? number_of(place_of(report, report.buckets[first].state.next)) : "");
  return cell;
}

// ---- in words ----

// "7f: node-a → node-b, closing for 12 s: rebalance"
std::string describe_bucket(const ClusterReport& report, std::size_t bucket, WallTime now) {
  const auto& [state, since] = report.buckets[bucket];
  std::string text = bucket_label(report, bucket) + ": ";
  if (state.stage == Stage::unowned) return text + "no node has it";
  text += way_of(state);
  if (state.moves()) {
    text += fmt::format(", {} for {}: {}", to_string(state.stage), readable_span(now - since),
                        cause_in_words(state.cause));
  } else if (since != WallTime{}) {
    text += ", since " + clock_text(since, now);
  }
  return text;
}

// "7f0-7ff: node-a 10, node-b 6, 1 moves"
std::string describe_several(const ClusterReport& report, const Cell& cell) {
  std::string text = bucket_label(report, {cell.first, cell.last, {}}) + ": ";
  std::vector<std::size_t> counts(report.nodes.size() + 1);  // the last one: of nobody
  std::size_t moving = 0;
  for (std::size_t i = cell.first; i <= cell.last; ++i) {
    const BucketState& state = report.buckets[i].state;
    ++counts[place_of(report, state.owner).value_or(report.nodes.size())];
    moving += state.moves() ? 1U : 0U;
  }
  std::string list;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const std::string name = i < report.nodes.size() ? report.nodes[i].id : "nobody";
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", name, counts[i]);
  }
  if (moving > 0) list += fmt::format(", {} move{}", moving, moving == 1 ? "s" : "");
  return text + list;
}

std::string describe_cell(const ClusterReport& report, const Cell& cell, WallTime now) {
  if (cell.first == cell.last) return describe_bucket(report, cell.first, now);
  return describe_several(report, cell);
}

// ---- in marks ----

void put_cell(const ClusterReport& report, const Cell& cell, WallTime now, Html& html) {
  html.mark("<i class=\"");
  html.mark(cell.node && !cell.mixed ? kColours[*cell.node % kColours.size()] : Markup("none"));
  if (cell.moves) html.mark(" moves");
  html.mark("\" title=\"").text(describe_cell(report, cell, now)).mark("\">");
  html.text(cell.label).mark("</i>");
}

std::string picture_in_words(const ClusterReport& report) {
  return fmt::format("{} buckets of {} nodes; {} move, {} have no node", report.buckets.size(),
                     report.nodes.size(), report.moving, report.unowned);
}

}  // namespace

void put_buckets(const ClusterReport& report, WallTime now, Html& html) {
  if (report.buckets.empty()) return;
  html.mark("<div class=\"buckets\" role=\"img\" aria-label=\"");
  html.text(picture_in_words(report)).mark("\">");
  const std::size_t each = std::max<std::size_t>(1, report.buckets.size() / kMostCells);
  for (std::size_t first = 0; first < report.buckets.size(); first += each) {
    const std::size_t last = std::min(first + each, report.buckets.size()) - 1;
    put_cell(report, cell_of(report, first, last), now, html);
  }
  html.mark("</div>\n");
}

void put_swatch(std::size_t node, Html& html) {
  html.mark("<i class=\"swatch ").mark(kColours[node % kColours.size()]).mark("\">");
  html.text(number_of(node)).mark("</i>");
}

}  // namespace stickler::observe
