// SPDX-License-Identifier: MIT
// Clusters: how it goes with etcd, a picture of the buckets, what moves, and the nodes.
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <span>

#include "observe/cluster_words.h"
#include "observe/readable.h"
#include "observe/stats_html_buckets.h"
#include "observe/stats_html_cells.h"
#include "observe/stats_html_parts.h"

namespace stickler::observe {
namespace {

using cluster::BucketReport;
using cluster::ClusterReport;
using cluster::NodeReport;

// Of what moves at once, those that have moved for the longest time.
constexpr std::size_t kMovesSeen = 6;
constexpr std::size_t kMovesShown = 36;  // on demand
constexpr std::size_t kBalancersShown = 16;

constexpr std::array<TableColumn, 6> kNodeColumns{{
    {"Node", "", "Its number and colour above, its name, and where balancers find it"},
    {"Key", "", "Whether it is registered in etcd, or since when it is not"},
    {"Buckets", "share", "Those that it serves, and how much of all that is"},
    {"Leaving", "", "Buckets that it is letting go of"},
    {"Coming", "", "Buckets that it is going to get"},
    {"Trouble", "", "Why it does not let go of buckets that it should"},
}};

// ---- a line of state ----

void put_standing(const ClusterReport& report, Html& html) {
  if (!report.balances) {
    html.mark("<b class=\"state maint\">■ WATCHES</b>");
  } else if (report.vouches) {
    html.mark("<b class=\"state up\">▲ VOUCHES</b>");
  } else {
    html.mark("<b class=\"state down\">▼ SILENT</b>");
  }
}

void put_cluster_line(const ClusterReport& report, Html& html) {
  html.mark("<p class=\"line\">");
  put_standing(report, html);
  html.mark(" ").text(cluster_details(report));
  const std::string past = cluster_past(report);
  if (!past.empty()) html.mark("; so far ").text(past);
  html.mark("</p>\n");
}

// ---- what moves ----

void put_move(const ClusterReport& report, std::size_t bucket, WallTime now, Html& html) {
  const BucketReport& it = report.buckets[bucket];
  html.mark("<li>");
  put_time(it.since, readable_span(now - it.since), html);
  html.mark(" <span>bucket <b>").text(bucket_label(report, bucket)).mark("</b>: ");
  html.text(way_of(it.state)).mark(" <small>").text(to_string(it.state.stage)).mark(", ");
  html.text(cause_in_words(it.state.cause)).mark("</small></span></li>\n");
}

void put_move_list(const ClusterReport& report, std::span<const std::size_t> moving, WallTime now,
                   Html& html) {
  html.mark("<ol aria-label=\"Buckets that move\">\n");
  for (const std::size_t bucket : moving) put_move(report, bucket, now, html);
  html.mark("</ol>\n");
}

void put_moves(const ClusterReport& report, WallTime now, Html& html) {
  const std::vector<std::size_t> moving = moving_buckets(report);
  if (moving.empty()) return;
  const std::span<const std::size_t> all(moving);
  html.mark("<div class=\"news\">\n");
  put_move_list(report, all.first(std::min(kMovesSeen, all.size())), now, html);
  if (all.size() > kMovesSeen) {
    html.mark("<details><summary>").text(std::to_string(all.size() - kMovesSeen));
    html.mark(" more</summary>\n");
    const auto shown = all.first(std::min(kMovesShown, all.size()));
    put_move_list(report, shown.subspan(kMovesSeen), now, html);
    if (all.size() > kMovesShown) html.mark("<p>… and others</p>\n");
    html.mark("</details>\n");
  }
  html.mark("</div>\n");
}

// ---- nodes ----

void put_node(const ClusterReport& report, std::size_t index, WallTime now, Html& html) {
  const NodeReport& node = report.nodes[index];
  html.mark("<tr");
  if (!node.registered) html.mark(" class=\"of-down\"");
  html.mark("><th scope=\"row\">");
  put_swatch(index, html);
  html.text(node.id).mark(" <small>").text(node.urls.local_node_url).mark("</small></th>");
  Cells cells(kNodeColumns, html);
  cells.cell(key_in_words(node, now));
  cells.cell(readable_count(node.buckets), readable_share(node.buckets, report.buckets.size()));
  cells.cell(readable_count(node.leaving));
  cells.cell(readable_count(node.coming));
  cells.cell(node.trouble.empty() ? "–" : node.trouble);
  html.mark("</tr>\n");
}

void put_nodes(const ClusterReport& report, WallTime now, Html& html) {
  if (report.nodes.empty()) return;
  html.mark("<table class=\"nodes\" aria-labelledby=\"/cluster/").text(report.name).mark("\">\n");
  put_table_head(kNodeColumns, html);
  html.mark("<tbody>\n");
  for (std::size_t i = 0; i < report.nodes.size(); ++i) put_node(report, i, now, html);
  html.mark("</tbody>\n</table>\n");
}

// ---- balancers: a move waits for all of them ----

std::string balancer_in_words(const cluster::BalancerReport& balancer) {
  std::string text = balancer.name.empty() ? balancer.id : balancer.name;
  if (balancer.here) text += " (this process)";
  text += balancer.obeys == 0 ? " by no epoch" : fmt::format(" by epoch {}", balancer.obeys);
  if (balancer.busy > 0) text += fmt::format(", busy with {}", balancer.busy);
  return text;
}

void put_balancers(const ClusterReport& report, Html& html) {
  if (report.balancers.empty()) return;
  html.mark("<p class=\"line\">Balancers: ");
  const std::size_t shown = std::min(report.balancers.size(), kBalancersShown);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) html.mark("; ");
    html.text(balancer_in_words(report.balancers[i]));
  }
  if (report.balancers.size() > shown) {
    html.mark("; and ").text(std::to_string(report.balancers.size() - shown)).mark(" more");
  }
  html.mark("</p>\n");
}

void put_cluster(const ClusterReport& report, WallTime now, Html& html) {
  html.mark("<section>\n<h2 id=\"/cluster/").text(report.name).mark("\">Cluster ");
  html.text(report.name).mark("</h2>\n");
  put_cluster_line(report, html);
  put_buckets(report, now, html);
  put_nodes(report, now, html);
  put_moves(report, now, html);
  put_balancers(report, html);
  html.mark("</section>\n");
}

}  // namespace

void put_clusters(const PageView& view, Html& html) {
  for (const ClusterReport& report : view.stats.clusters) put_cluster(report, view.stats.now, html);
}

}  // namespace stickler::observe
