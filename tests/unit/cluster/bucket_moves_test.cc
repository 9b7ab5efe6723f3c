// SPDX-License-Identifier: MIT
#include "cluster/bucket_moves.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;
using Sentences = std::vector<std::string>;

WallTime at(int seconds) { return WallTime(std::chrono::seconds(seconds)); }

BucketState serving(const std::string& node, std::uint64_t since = 1) {
  return {Stage::serving, node, "", since, Cause::none};
}
BucketState closing(const std::string& node, const std::string& next, Cause cause) {
  return {Stage::closing, node, next, 2, cause};
}
BucketState unloading(const std::string& node, const std::string& next, Cause cause) {
  return {Stage::unloading, node, next, 3, cause};
}

// Sixteen buckets: the first `count` as given, the others the first node's.
Assignment with(const BucketState& bucket, std::size_t count = 1) {
  Assignment assignment;
  assignment.buckets.assign(16, serving("s1"));
  for (std::size_t i = 0; i < count; ++i) assignment.buckets[i] = bucket;
  return assignment;
}

TEST(BucketMoves, TheFirstAssignmentIsNoMove) {
  BucketMoves moves;
  EXPECT_EQ(moves.follow(with(closing("s1", "s2", Cause::rebalance)), at(10)), Sentences{});
  EXPECT_EQ(moves.since(0), at(10));
  EXPECT_EQ(moves.ended(), 0U);
}

TEST(BucketMoves, TellsOfAMovesBeginAndEnd) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  EXPECT_EQ(moves.follow(with(closing("s1", "s2", Cause::rebalance)), at(20)),
            Sentences{"bucket 0 will move from s1 to s2: rebalance"});
  EXPECT_EQ(moves.follow(with(unloading("s1", "s2", Cause::rebalance)), at(23)), Sentences{});
  EXPECT_EQ(moves.follow(with(serving("s2", 4)), at(25)),
            Sentences{"bucket 0 moved from s1 to s2 after 5s: rebalance"});
  EXPECT_EQ(moves.ended(), 1U);
  EXPECT_EQ(moves.last_took(), 5s);
}

TEST(BucketMoves, KnowsSinceWhenEachBucketIsWhereItIs) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  moves.follow(with(closing("s1", "s2", Cause::rebalance)), at(20));
  EXPECT_EQ(moves.since(0), at(20));
  EXPECT_EQ(moves.since(1), at(10));
  moves.follow(with(serving("s2", 4)), at(25));
  EXPECT_EQ(moves.since(0), at(25));
}

TEST(BucketMoves, SaysWhyTheyMove) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  EXPECT_EQ(moves.follow(with(closing("s1", "s2", Cause::gone)), at(20)),
            Sentences{"bucket 0 will move from s1 to s2: node s1 is gone"});
  moves.follow(with(serving("s1")), at(30));
  EXPECT_EQ(moves.follow(with(unloading("", "s2", Cause::vanished), 2), at(40)),
            Sentences{"2 buckets 0, 1 will move from wherever they were to s2: "
                      "the assignment had vanished"});
}

TEST(BucketMoves, OneThatStaysIsNoMove) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  moves.follow(with(closing("s1", "s2", Cause::gone)), at(20));
  EXPECT_EQ(moves.follow(with(serving("s1", 4)), at(22)),
            Sentences{"bucket 0 stayed with s1 after 2s"});
  EXPECT_EQ(moves.ended(), 0U);
}

TEST(BucketMoves, NamesNoMoreThanEight) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  EXPECT_EQ(moves.follow(with(closing("s1", "s2", Cause::rebalance), 8), at(20)),
            Sentences{"8 buckets 0, 1, 2, 3, 4, 5, 6, 7 will move from s1 to s2: rebalance"});
  moves.forget();
  moves.follow(with(serving("s1")), at(30));
  EXPECT_EQ(moves.follow(with(closing("s1", "s2", Cause::rebalance), 10), at(40)),
            Sentences{"10 buckets 0, 1, 2, 3, 4, 5, 6, 7, … will move from s1 to s2: rebalance"});
}

TEST(BucketMoves, OneSentenceForEachLot) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  Assignment next = with(closing("s1", "s2", Cause::rebalance), 2);
  next.buckets[2] = closing("s1", "s3", Cause::rebalance);
  EXPECT_EQ(moves.follow(next, at(20)),
            (Sentences{"2 buckets 0, 1 will move from s1 to s2: rebalance",
                       "bucket 2 will move from s1 to s3: rebalance"}));
}

TEST(BucketMoves, WhatWasNeverSeenToMoveHasNotMoved) {
  BucketMoves moves;
  moves.follow(with(serving("s1")), at(10));
  moves.forget();
  EXPECT_EQ(moves.follow(with(serving("s2", 9)), at(20)), Sentences{});
  EXPECT_EQ(moves.since(0), at(20));
}

}  // namespace
}  // namespace stickler::cluster
