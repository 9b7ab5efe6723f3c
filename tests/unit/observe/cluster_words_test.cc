// SPDX-License-Identifier: MIT
#include "observe/cluster_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/cluster_fixture.h"

namespace stickler::observe {
namespace {

using cluster::ClusterReport;
using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;

std::vector<std::string> labels(const ClusterReport& report) {
  std::vector<std::string> all;
  for (const BucketRange& range : bucket_ranges(report)) all.push_back(bucket_label(report, range));
  return all;
}

TEST(ClusterWords, NeighboursThatAreAlikeAreOneRange) {
  EXPECT_THAT(labels(test::busy_cluster()),
              ElementsAre("00-3f", "40", "41-7f", "80-fd", "fe", "ff"));
  EXPECT_THAT(labels(test::busy_cluster(16)), ElementsAre("0-3", "4", "5-7", "8-d", "e", "f"));
  EXPECT_THAT(labels(test::busy_cluster(4096)),
              ElementsAre("000-3ff", "400", "401-7ff", "800-ffd", "ffe", "fff"));
  EXPECT_THAT(labels(ClusterReport{}), ElementsAre());
}

TEST(ClusterWords, ARangeIsSoSinceItsLastBucketCameAndMovesSinceItsFirstDid) {
  ClusterReport report = test::busy_cluster(16);
  report.buckets[1].since = test::kClusterSeen - seconds(7);
  EXPECT_EQ(bucket_ranges(report)[0].since, test::kClusterSeen - seconds(7));
  report.buckets[5] = report.buckets[4];
  report.buckets[5].since = test::kClusterSeen - seconds(70);
  EXPECT_EQ(bucket_label(report, bucket_ranges(report)[1]), "4-5");
  EXPECT_EQ(bucket_ranges(report)[1].since, test::kClusterSeen - seconds(70));
}

TEST(ClusterWords, WhatHasMovedForTheLongestTimeComesFirst) {
  EXPECT_THAT(moving_buckets(test::busy_cluster()), ElementsAre(0xfe, 0x40));
}

TEST(ClusterWords, SayWhereABucketIsAndGoesTo) {
  const ClusterReport report = test::busy_cluster();
  EXPECT_EQ(way_of(report.buckets[0].state), "node-a");
  EXPECT_EQ(way_of(report.buckets[0x40].state), "node-a → node-b");
  EXPECT_EQ(way_of(report.buckets[0x40].state, "->"), "node-a -> node-b");
  EXPECT_EQ(way_of(report.buckets[0xff].state), "–");
}

TEST(ClusterWords, SayHowItGoesWithACluster) {
  ClusterReport report = test::busy_cluster();
  EXPECT_EQ(standing_of(report), "vouches");
  EXPECT_EQ(cluster_details(report),
            "epoch 41, monitor lb1 (this process), etcd at http://10.0.0.9:2379, heartbeat 3.1 ms, "
            "2 buckets move, 1 bucket has no node");
  EXPECT_EQ(cluster_past(report), "12 moves, the last took 2.1 s");
  report.vouches = report.is_monitor = false;
  report.monitor = "";
  report.trouble = "no answer within 3 s";
  report.moving = report.unowned = report.moves = 0;
  report.silences = 1;
  EXPECT_EQ(standing_of(report), "silent");
  EXPECT_EQ(cluster_details(report),
            "epoch 41, no monitor is elected, trouble with etcd at http://10.0.0.9:2379 (no answer "
            "within 3 s), heartbeat 3.1 ms, nothing moves");
  EXPECT_EQ(cluster_past(report), "silent 1 time");
}

TEST(ClusterWords, SayThatNothingIsKnownYet) {
  ClusterReport report;
  EXPECT_EQ(standing_of(report), "watches");
  EXPECT_EQ(cluster_details(report), "no assignment yet, no monitor is elected, etcd");
  EXPECT_EQ(cluster_past(report), "");
}

TEST(ClusterWords, SayWhetherANodeIsThere) {
  const ClusterReport report = test::busy_cluster();
  EXPECT_EQ(key_in_words(report.nodes[0], test::kClusterSeen), "registered");
  EXPECT_EQ(key_in_words(report.nodes[2], test::kClusterSeen), "gone for 3 min");
  cluster::NodeReport unknown;
  EXPECT_EQ(key_in_words(unknown, test::kClusterSeen), "gone");
}

}  // namespace
}  // namespace stickler::observe
