// SPDX-License-Identifier: MIT
// The statistics page about clusters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <re2/re2.h>

#include "observe/cluster_fixture.h"
#include "observe/page_words.h"
#include "observe/stats_html.h"

namespace stickler::observe {
namespace {

using test::words_of;
using testing::HasSubstr;
using testing::Not;

std::string page_with(const cluster::ClusterReport& report, const std::string& options = "") {
  StatsSnapshot stats;
  stats.now = test::kClusterSeen;
  stats.clusters = {report};
  const StatsOptions parsed = parse_stats_options(options, "");
  narrow(parsed, stats);
  config::Page page;
  page.uri = "/haproxy";
  std::string html = stats_html({stats, {}, parsed, page});
  RE2::GlobalReplace(&html, "(?s)<style>.*</style>", "");
  return html;
}

int cells_of(const std::string& html) {
  std::string picture = html.substr(html.find("<div class=\"buckets\""));
  picture.resize(picture.find("</div>"));
  return RE2::GlobalReplace(&picture, "<i class", "");
}

TEST(StatsHtmlClusters, SayHowItGoesWithEtcd) {
  cluster::ClusterReport report = test::busy_cluster();
  EXPECT_THAT(words_of(page_with(report)),
              HasSubstr("|Cluster bases|▲ VOUCHES|epoch 41, monitor lb1 (this process), etcd at "
                        "http://10.0.0.9:2379, heartbeat 3.1 ms, 2 buckets move, 1 bucket has no "
                        "node; so far 12 moves, the last took 2.1 s|"));
  report.vouches = false;
  EXPECT_THAT(words_of(page_with(report)), HasSubstr("|▼ SILENT|"));
  report.balances = false;
  EXPECT_THAT(words_of(page_with(report)), HasSubstr("|■ WATCHES|"));
}

TEST(StatsHtmlClusters, EachBucketIsACellWithTheNumberOfItsNode) {
  const std::string html = page_with(test::busy_cluster());
  EXPECT_EQ(cells_of(html), 256);
  EXPECT_THAT(html, HasSubstr("aria-label=\"256 buckets of 3 nodes; 2 move, 1 have no node\">"));
  EXPECT_TRUE(RE2::PartialMatch(
      html, "<i class=\"n0\" title=\"00: node-a, since \\d\\d:00:00\">1</i><i class=\"n0\""));
  EXPECT_TRUE(RE2::PartialMatch(html, "<i class=\"n1\" title=\"fd: node-b, since [^\"]*\">2</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"n0 moves\" title=\"40: node-a → node-b, closing for 12 "
                              "s: rebalance\">›2</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"n2 moves\" title=\"fe: node-c → node-b, unloading for "
                              "1 min 30 s: its node is gone\">›2</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"none\" title=\"ff: no node has it\">–</i>"));
  EXPECT_EQ(cells_of(page_with(test::busy_cluster(16))), 16);
}

TEST(StatsHtmlClusters, VeryManyBucketsAreSummedUp) {
  cluster::ClusterReport report = test::busy_cluster(4096);
  report.buckets[0x123].state.owner = "node-b";
  const std::string html = page_with(report);
  EXPECT_EQ(cells_of(html), 256);
  EXPECT_THAT(html, HasSubstr("<i class=\"n0\" title=\"000-00f: node-a 16\">1</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"none\" title=\"120-12f: node-a 15, node-b 1\">*</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"n0 moves\" title=\"400-40f: node-a 16, 1 moves\">›</i>"));
  EXPECT_THAT(html, HasSubstr("<i class=\"none moves\" title=\"ff0-fff: node-b 14, node-c 1, "
                              "nobody 1, 1 moves\">›</i>"));
}

TEST(StatsHtmlClusters, WhatMovesIsListedTheLongestFirst) {
  EXPECT_THAT(words_of(page_with(test::busy_cluster())),
              HasSubstr("|1 min 30 s|bucket|fe|: node-c → node-b|unloading, its node is gone|"
                        "12 s|bucket|40|: node-a → node-b|closing, rebalance|"));
  cluster::ClusterReport report = test::busy_cluster();
  for (cluster::BucketReport& bucket : report.buckets) bucket = report.buckets[0x40];
  EXPECT_THAT(words_of(page_with(report)), HasSubstr("|250 more|"));
  EXPECT_THAT(words_of(page_with(report)), HasSubstr("|… and others|"));
  for (cluster::BucketReport& bucket : report.buckets) bucket = test::bucket_of("node-a", {});
  EXPECT_THAT(page_with(report), Not(HasSubstr("Buckets that move")));
}

TEST(StatsHtmlClusters, NodesAreTheLegend) {
  const std::string html = page_with(test::busy_cluster());
  EXPECT_THAT(words_of(html),
              HasSubstr("|1|node-a|http://10.0.0.1/|registered|127|49.6 %|1|0|–|"
                        "2|node-b|http://10.0.0.2/|registered|126|49.2 %|0|2|–|"
                        "3|node-c|http://10.0.0.3/|gone for 3 min|0|0 %|1|0|connection refused|"));
  EXPECT_THAT(html, HasSubstr("<th scope=\"row\"><i class=\"swatch n0\">1</i>node-a "));
  EXPECT_THAT(
      words_of(html),
      HasSubstr("|Balancers: lb1 (this process) by epoch 41; lb2 by epoch 40, busy with 1|"));
}

TEST(StatsHtmlClusters, ColoursComeAgainNumbersDoNot) {
  cluster::ClusterReport report = test::busy_cluster(16);
  for (int i = 0; i < 9; ++i) report.nodes.push_back(report.nodes[0]);
  EXPECT_THAT(page_with(report), HasSubstr("<i class=\"swatch n1\">10</i>"));
}

TEST(StatsHtmlClusters, AreLeftOutByTheirName) {
  EXPECT_THAT(page_with(test::busy_cluster(), "scope=BAS"), HasSubstr("Cluster bases"));
  EXPECT_THAT(page_with(test::busy_cluster(), "scope=web"), Not(HasSubstr("Cluster bases")));
}

TEST(StatsHtmlClusters, WithoutAnAssignmentThereIsNoPicture) {
  cluster::ClusterReport report;
  report.name = "bases";
  const std::string html = page_with(report);
  EXPECT_THAT(words_of(html), HasSubstr("|Cluster bases|■ WATCHES|no assignment yet, "));
  EXPECT_THAT(html, Not(HasSubstr("class=\"buckets\"")));
}

}  // namespace
}  // namespace stickler::observe
