// SPDX-License-Identifier: MIT
// Decisions by example; decision_cases_test.cc looks at all of them.
#include "balance/decision.h"

#include "balance/decision_fixture.h"

namespace stickler::balance {
namespace {

TEST_F(DecisionTest, ANewClientIsBalanced) {
  given({"down", "up", "up"});
  EXPECT_EQ(decision(), "s2: first");
}

TEST_F(DecisionTest, APreviewSeesItsServerInWhateverState) {
  with_cookie_of(1);
  pinned_to(3, true);
  question_.preview = 1;
  for (std::string_view state : {"up", "drain", "maint", "down", "unknown"}) {
    given({"up", state, "up"});
    EXPECT_EQ(decision(), "s2: preview") << state;
  }
  EXPECT_FALSE(touches_session(question_));
  EXPECT_TRUE(decide_now().fixed);
}

TEST_F(DecisionTest, ASessionGoesToItsServer) {
  with_cookie_of(2);
  given({"up", "up", "up"});
  EXPECT_EQ(decision(), "s2: cookie");
}

TEST_F(DecisionTest, ASessionGoesToItsServerUnderItsOldName) {
  with_cookie_of(2, "old-2");
  EXPECT_EQ(decision(), "s2: cookie (formerly old-2)");
}

TEST_F(DecisionTest, ADrainingServerKeepsItsSessionsAndTakesNoOthers) {
  for (std::string_view draining : {"drain", "weightless"}) {
    given({draining, "up", "up"});
    question_.cookie = {};
    EXPECT_EQ(decision(), "s2: first");
    with_cookie_of(1);
    EXPECT_EQ(decision(), "s1: cookie (server draining)");
  }
}

TEST_F(DecisionTest, ASessionMovesWhenItsServerIsDown) {
  with_cookie_of(1);
  given({"down", "up", "up"});
  EXPECT_EQ(decision(), "s2: redispatched: s1 is down");
  given({"maint", "up", "up"});
  EXPECT_EQ(decision(), "s2: redispatched: s1 is in maintenance");
}

TEST_F(DecisionTest, ASessionThatMustNotMoveIsRefusedWhenItsServerIsDown) {
  backend_.on_down = OnDown::fail;
  with_cookie_of(1);
  given({"down", "up", "up"});
  EXPECT_EQ(decision(), "refuse: s1 is down, and its sessions must not move");
}

TEST_F(DecisionTest, ASessionWaitsForTheFirstCheckOfItsServer) {
  with_cookie_of(1);
  given({"unknown", "up", "up"});
  EXPECT_EQ(decision(), "wait: s1 is not checked yet, and its sessions must not move");
}

TEST_F(DecisionTest, ASessionMovesWhenItsServerDidNotTakeIt) {
  with_cookie_of(1);
  having_tried({1});
  given({"up", "up", "up"});
  EXPECT_EQ(decision(), "s2: redispatched: connect refused by s1");
}

TEST_F(DecisionTest, ASessionWaitsForASlotOfItsServer) {
  with_cookie_of(1);
  given({"up full", "up", "up"});
  EXPECT_EQ(decision(), "queue s1: cookie");
}

TEST_F(DecisionTest, AFullQueueIsWaitedForOrMovesOrFailsAsConfigured) {
  with_cookie_of(1);
  given({"up full", "up", "up"});
  backend_.max_queue = 5;
  servers_[0].queued = 5;
  const std::pair<OnFull, std::string> cases[] = {
      {OnFull::wait, "queue s1: cookie"},
      {OnFull::move, "s2: redispatched: s1 is full"},
      {OnFull::fail, "refuse: s1 is full"},
  };
  for (const auto& [on_full, expected] : cases) {
    backend_.on_full = on_full;
    EXPECT_EQ(decision(), expected);
  }
}

TEST_F(DecisionTest, APinStandsAboveTheCookie) {
  pinned_to(1, true);
  with_cookie_of(2);
  given({"up", "up", "up"});
  EXPECT_EQ(decision(), "s1: pinned by route git");
  given({"drain", "up", "up"});
  EXPECT_EQ(decision(), "s1: pinned by route git");
}

TEST_F(DecisionTest, AStrictPinWhoseServerIsDownIsRefused) {
  pinned_to(1, true);
  given({"down", "up", "up"});
  EXPECT_EQ(decision(), "refuse: route git: s1 is down");
}

TEST_F(DecisionTest, AStrictPinWaitsForTheFirstCheck) {
  pinned_to(1, true);
  given({"unknown", "up", "up"});
  EXPECT_EQ(decision(), "wait: route git: s1 is not checked yet");
}

TEST_F(DecisionTest, AStrictPinIsTriedThereOnly) {
  pinned_to(1, true);
  having_tried({1});
  given({"up", "up", "up"});
  EXPECT_EQ(decision(), "s1: pinned by route git");
}

TEST_F(DecisionTest, APreferringPinGivesWay) {
  pinned_to(1, false);
  given({"down", "up", "up"});
  EXPECT_EQ(decision(), "s2: route git: s1 is down");
  with_cookie_of(3);
  EXPECT_EQ(decision(), "s3: cookie");
  having_tried({1});
  question_.cookie = {};
  given({"up", "up", "up"});
  EXPECT_EQ(decision(), "s2: redispatched: connect refused by s1");
}

TEST_F(DecisionTest, ABackupServesWhenNoActiveServerIsUsable) {
  given({"down", "up backup", "up backup"});
  EXPECT_EQ(decision(), "s2: first");
  given({"up full", "up backup", "up backup"});
  EXPECT_EQ(decision(), "queue: web is full");
  given({"down", "down backup", "up backup"});
  EXPECT_EQ(decision(), "s3: first");
}

TEST_F(DecisionTest, TheFirstBackupIsWaitedForRatherThanTheNextUsed) {
  given({"down", "up full backup", "up backup"});
  EXPECT_EQ(decision(), "queue s2: first");
}

TEST_F(DecisionTest, ANewClientWaitsWhileNobodyTakesIt) {
  given({"down", "drain", "unknown"});
  EXPECT_EQ(decision(), "wait: no server is usable");
  given({"up", "up", "up"});
  having_tried({1, 2, 3});
  EXPECT_EQ(decision(), "wait: no server is usable");
}

}  // namespace
}  // namespace stickler::balance
