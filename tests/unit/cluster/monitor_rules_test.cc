// SPDX-License-Identifier: MIT
// Single rules, one by one; what they come to together is handover_model_test.cc's business.
#include "cluster/monitor_rules.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;

// Waited for: a balancer 66 s, a node without a key (30 + 10) s and a tenth more.
MonitorTerms terms() {
  MonitorTerms terms;
  terms.buckets = 1;
  terms.terms = {60s, 6s};
  terms.lease = 30s;
  terms.grace = 10s;
  terms.linger = 1s;
  terms.unload_limit = 20s;
  return terms;
}

// A monitor, and what etcd holds. Every look comes at `now_`, and its answer at once.
class MonitorRulesTest : public testing::Test {
 protected:
  void given(MonitorTerms terms) { rules_ = MonitorRules(terms); }
  void nodes(const std::vector<std::string>& names) {
    view_.nodes.clear();
    for (const std::string& name : names) view_.nodes[name].local_node_url = "http://" + name;
  }
  void balancer(const std::string& id, std::uint64_t obeys, std::set<std::size_t> busy = {}) {
    view_.balancers[id] = {++view_.revision, "", obeys, std::move(busy)};
  }
  void assigned(std::vector<BucketState> buckets, std::uint64_t epoch = 5) {
    Assignment assignment;
    assignment.epoch = epoch;
    assignment.buckets = std::move(buckets);
    assignment.nodes = view_.nodes;
    for (const BucketState& bucket : assignment.buckets) {
      for (const std::string& node : {bucket.owner, bucket.next}) {
        if (!node.empty()) assignment.nodes[node].local_node_url = "http://" + node;
      }
    }
    view_.assignment = assignment;
  }
  std::optional<Assignment> look() {
    rules_.see(view_, now_, now_);
    return rules_.next(view_, 1);
  }
  // Writes what follows, until nothing does; and what that is then, of the first bucket.
  std::string settle() {
    for (int i = 0; i < 9; ++i) {
      auto next = look();
      if (!next) break;
      view_.assignment = std::move(*next);
      view_.wish.reset();
    }
    return first_bucket();
  }
  std::string first_bucket() const {
    if (!view_.assignment) return "none";
    const BucketState& bucket = view_.assignment->buckets[0];
    const std::string owner = bucket.owner.empty() ? "anybody" : bucket.owner;
    return to_string(bucket.stage) + (" " + owner) + (bucket.moves() ? " to " + bucket.next : "");
  }
  void pass(Duration time) { now_ += time; }
  std::vector<std::string> called() const {
    std::vector<std::string> names;
    for (const auto& call : rules_.calls(view_)) names.push_back(call.node);
    return names;
  }
  void all_answer() {
    for (const auto& call : rules_.calls(view_)) rules_.unloaded(call);
  }
  void all_fail(bool unreachable) {
    for (const auto& call : rules_.calls(view_)) rules_.failed(call, unreachable, now_);
  }

  static BucketState serving(const std::string& node) {
    return {Stage::serving, node, "", 5, Cause::none};
  }
  static BucketState closing(Cause cause = Cause::rebalance) {
    return {Stage::closing, "A", "B", 5, cause};
  }
  static BucketState unloading() { return {Stage::unloading, "A", "B", 5, Cause::rebalance}; }

  using Names = std::vector<std::string>;
  ClusterView view_;
  BootTime now_{1000s};
  MonitorRules rules_{terms()};
};

// ---- Confirmations ----

TEST_F(MonitorRulesTest, ABucketThatIsWhereItShouldBeStays) {
  nodes({"A", "B"});
  assigned({serving("A")});
  EXPECT_FALSE(look());
}

TEST_F(MonitorRulesTest, WaitsForEveryBalancer) {
  nodes({"A", "B"});
  assigned({closing()});
  balancer("x", 5);
  balancer("y", 4);
  EXPECT_FALSE(look());
  balancer("y", 5, {0});
  EXPECT_FALSE(look());
  balancer("y", 6);
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->buckets[0].stage, Stage::unloading);
  EXPECT_EQ(look()->buckets[0].since, 6U);
}

TEST_F(MonitorRulesTest, WhoIsBusyWithAnotherBucketIsNotWaitedFor) {
  nodes({"A", "B"});
  assigned({closing(), closing()});
  balancer("x", 5, {1});
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->buckets[0].stage, Stage::unloading);
  EXPECT_EQ(look()->buckets[1].stage, Stage::closing);
}

TEST_F(MonitorRulesTest, ABalancerIsGoneWhenItsKeyHasNotChangedForLongEnough) {
  nodes({"A", "B"});
  assigned({closing()});
  balancer("x", 4);
  EXPECT_FALSE(look());
  pass(66s - 1us);
  EXPECT_FALSE(look());
  EXPECT_FALSE(rules_.is_gone("x"));
  pass(1us);
  EXPECT_TRUE(look());
  EXPECT_TRUE(rules_.is_gone("x"));
  EXPECT_FALSE(rules_.is_long_gone("x"));
  pass(132s);
  look();
  EXPECT_TRUE(rules_.is_long_gone("x"));
}

TEST_F(MonitorRulesTest, EachHeartbeatIsWaitedForAnew) {
  nodes({"A", "B"});
  assigned({closing()});
  balancer("x", 4);
  look();
  pass(60s);
  balancer("x", 4);
  look();
  pass(60s);
  EXPECT_FALSE(look());
}

TEST_F(MonitorRulesTest, TimeRunsFromTheAnswerToTheNextQuestion) {
  nodes({"A", "B"});
  assigned({closing()});
  balancer("x", 4);
  rules_.see(view_, now_, now_ + 10s);
  rules_.see(view_, now_ + 66s, now_ + 90s);
  EXPECT_FALSE(rules_.is_gone("x"));
  rules_.see(view_, now_ + 76s, now_ + 90s);
  EXPECT_TRUE(rules_.is_gone("x"));
}

// ---- Unloading ----

TEST_F(MonitorRulesTest, CallsTheOwnerOnceWhatWasSentIsRead) {
  nodes({"A", "B"});
  assigned({unloading()});
  EXPECT_FALSE(look());
  EXPECT_EQ(called(), Names{});
  EXPECT_EQ(rules_.lingers_until(), now_ + 1s);
  pass(1s);
  look();
  ASSERT_EQ(called(), Names{"A"});
  EXPECT_FALSE(rules_.lingers_until());
  EXPECT_EQ(rules_.calls(view_)[0].epoch, 5U);
  EXPECT_EQ(rules_.calls(view_)[0].buckets, std::vector<std::size_t>{0});
  all_answer();
  EXPECT_EQ(called(), Names{});
  EXPECT_EQ(settle(), "serving B");
}

TEST_F(MonitorRulesTest, ACallAnswersOnlyForWhatItWasAbout) {
  nodes({"A", "B"});
  assigned({unloading()});
  look();
  pass(1s);
  look();
  const auto call = rules_.calls(view_)[0];
  view_.assignment->buckets[0].since = 7;
  look();
  rules_.unloaded(call);
  EXPECT_FALSE(look());
}

TEST_F(MonitorRulesTest, AnOwnerThatWillNotUnloadKeepsItsBucket) {
  nodes({"A", "B"});
  assigned({unloading()});
  look();
  pass(1s);
  look();
  all_fail(false);
  EXPECT_FALSE(look());
  EXPECT_EQ(called(), Names{});
  pass(4s);
  look();
  EXPECT_EQ(called(), Names{"A"});
  pass(16s);
  EXPECT_EQ(settle(), "serving A");
}

TEST_F(MonitorRulesTest, AMoveThatFailedIsNotTriedAgainAtOnce) {
  nodes({"A", "B"});
  assigned({unloading()});
  look();
  pass(1s);
  look();
  all_fail(false);
  pass(20s);
  EXPECT_EQ(settle(), "serving A");
  nodes({"B"});
  EXPECT_EQ(settle(), "serving A");
  pass(20s);
  EXPECT_NE(settle(), "serving A");
}

TEST_F(MonitorRulesTest, AnUnreachableOwnerIsWaitedForAsLongAsItMayWrite) {
  nodes({"B"});
  assigned({unloading()});
  look();
  pass(1s);
  look();
  all_fail(true);
  pass(43s - 1us);
  EXPECT_FALSE(look());
  pass(1us);
  EXPECT_EQ(settle(), "serving B");
}

TEST_F(MonitorRulesTest, ThatTimeBeginsWithTheUnloadingAtTheEarliest) {
  nodes({"B"});
  assigned({closing()});
  balancer("x", 4);
  look();
  pass(60s);
  balancer("x", 5);
  EXPECT_EQ(settle(), "unloading A to B");
  pass(1s);
  look();
  all_fail(true);
  pass(42s);
  EXPECT_FALSE(look());
  pass(1s);
  EXPECT_EQ(settle(), "serving B");
}

TEST_F(MonitorRulesTest, WhoRefusesLivesWhetherItHasAKeyOrNot) {
  nodes({"B"});
  assigned({unloading()});
  look();
  pass(1s);
  look();
  all_fail(false);
  pass(19s);
  EXPECT_FALSE(look());
  pass(1s);
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->buckets[0].owner, "A");
}

TEST_F(MonitorRulesTest, WithoutACallItWaitsForAsLongAsNodesNeed) {
  MonitorTerms waits = terms();
  waits.by_call = false;
  waits.unload_wait = 20s;
  given(waits);
  nodes({"A", "B"});
  assigned({unloading()});
  look();
  pass(22s);
  EXPECT_FALSE(look());
  EXPECT_EQ(called(), Names{});
  pass(1s);
  EXPECT_EQ(settle(), "serving B");
}

// ---- Plans ----

TEST_F(MonitorRulesTest, WhatANodeLeavesGoesToAnother) {
  nodes({"A", "B"});
  assigned({serving("A")});
  look();
  nodes({"B"});
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->buckets[0], (BucketState{Stage::closing, "A", "B", 6, Cause::gone}));
  EXPECT_TRUE(look()->nodes.contains("A"));
}

TEST_F(MonitorRulesTest, AnOwnerThatIsBackInTimeKeepsItsBucket) {
  nodes({"A", "B"});
  assigned({closing(Cause::gone)});
  balancer("x", 4);
  EXPECT_EQ(settle(), "serving A");
}

TEST_F(MonitorRulesTest, WhoJoinsMovesNothingUnlessToldSo) {
  nodes({"A"});
  assigned({serving("A"), serving("A")});
  nodes({"A", "B"});
  EXPECT_EQ(buckets_to_level(view_), 1U);
  balancer("x", 5);
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->moving(), 0U);
  view_.wish = Wish{1, "somebody"};
  EXPECT_EQ(look()->moving(), 1U);
  view_.wish.reset();
  MonitorTerms levels = terms();
  levels.level_on_join = true;
  given(levels);
  EXPECT_EQ(look()->moving(), 1U);
}

TEST_F(MonitorRulesTest, AWishIsAnsweredThoughNothingHasToMove) {
  nodes({"A"});
  assigned({serving("A")});
  EXPECT_FALSE(look());
  view_.wish = Wish{1, "somebody"};
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->buckets, view_.assignment->buckets);
}

TEST_F(MonitorRulesTest, WhoseNextOneLeavesGoesOnToAThird) {
  nodes({"A", "C"});
  assigned({unloading(), serving("A")});
  ASSERT_TRUE(look());
  const BucketState bucket = look()->buckets[0];
  EXPECT_EQ(bucket.next, "C");
  EXPECT_EQ(bucket.since, 5U) << "whatever A has forgotten remains forgotten";
}

TEST_F(MonitorRulesTest, NodesThatNobodyNamesAreForgotten) {
  nodes({"A", "B"});
  assigned({serving("A")});
  nodes({"A"});
  ASSERT_TRUE(look());
  EXPECT_FALSE(look()->nodes.contains("B"));
}

TEST_F(MonitorRulesTest, WithoutNodesNothingMoves) {
  assigned({serving("A")});
  EXPECT_FALSE(look());
}

// ---- Without an assignment ----

TEST_F(MonitorRulesTest, AFirstStartMayBeTrusted) {
  MonitorTerms trusted = terms();
  trusted.bootstrap = true;
  given(trusted);
  EXPECT_FALSE(look());
  nodes({"A"});
  EXPECT_EQ(settle(), "serving A");
}

TEST_F(MonitorRulesTest, ElseEverybodyFallsSilentAndForgetsFirst) {
  nodes({"A", "B"});
  EXPECT_FALSE(look());
  pass(66s);
  EXPECT_EQ(settle(), "unloading anybody to A");
  pass(1s);
  look();
  EXPECT_EQ(called(), (Names{"A", "B"}));
  all_answer();
  pass(43s - 1us);
  EXPECT_FALSE(look());
  pass(1us);
  EXPECT_EQ(settle(), "serving A");
}

TEST_F(MonitorRulesTest, WhoHasEverBeenHeardOfHasToForget) {
  nodes({"A", "B"});
  look();
  nodes({"B"});
  pass(66s);
  EXPECT_EQ(settle(), "unloading anybody to B");
  EXPECT_TRUE(view_.assignment->nodes.contains("A"));
  pass(1s);
  look();
  EXPECT_EQ(called(), (Names{"A", "B"}));
}

TEST_F(MonitorRulesTest, OneThatHasVanishedIsNoFirstStart) {
  MonitorTerms trusted = terms();
  trusted.bootstrap = true;
  given(trusted);
  nodes({"A", "B"});
  assigned({serving("B")}, 9);
  look();
  view_.assignment.reset();
  EXPECT_FALSE(look());
  pass(66s);
  ASSERT_TRUE(look());
  EXPECT_EQ(look()->epoch, 10U);
  EXPECT_EQ(look()->buckets[0], (BucketState{Stage::unloading, "", "B", 10, Cause::vanished}));
}

}  // namespace
}  // namespace stickler::cluster
