// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "balance/sticky_moments.h"
#include "balance/sticky_table.h"

namespace stickler::balance {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Field;
using testing::UnorderedElementsAre;

// The others, who answer when the test says so.
class Others final : public TableSharing {
 public:
  bool answers() const override { return answering; }
  bool answers_soon() const override { return answering && !slow; }
  void propose(Proposal proposal) override { proposals.push_back(std::move(proposal)); }
  void forget_all_of(std::optional<ServerNumber> server) override { cleared.push_back(server); }
  void when_settled(std::string_view, std::function<void()>) override {}
  void waited_in_vain() override {}
  Duration patience() const override { return seconds(1); }

  Proposal take() {
    EXPECT_EQ(proposals.size(), 1U);
    Proposal proposal = proposals.empty() ? Proposal{} : proposals.front();
    proposals.clear();
    return proposal;
  }

  bool answering = true;
  bool slow = false;
  std::vector<Proposal> proposals;
  std::vector<std::optional<ServerNumber>> cleared;
};

class SharedStickyTable : public testing::Test {
 protected:
  SharedStickyTable() { table.share(&others, kBegan); }

  // The key is kOne's, as all have agreed, in version 1.
  void settle_one(const std::string& key, Duration when = Duration{0}) {
    table.claim(key, kOne, at(when));
    table.settle(key, {1, kOne}, at(when));
    others.proposals.clear();
  }
  ServerNumber owner(const std::string& key, Duration when = Duration{0}) {
    return table.peek(key, at(when)).value_or(StickyTable::Entry{}).server;
  }
  KeyStanding standing(const std::string& key) {
    return table.peek(key, kBegan).value_or(StickyTable::Entry{}).standing;
  }

  Others others;
  StickyTable table{{1000, minutes(30), kNoLimit}, kBegan};
};

using Effect = StickyTable::Effect;
using Doubted = StickyTable::Doubted;

TEST_F(SharedStickyTable, ANewKeyIsAskedFor) {
  const KeyOwner claimed = table.claim("a", kOne, kBegan);
  EXPECT_EQ(claimed, kOne);
  EXPECT_TRUE(claimed.asked);
  const Proposal proposal = others.take();
  EXPECT_EQ(proposal.key, "a");
  EXPECT_EQ(proposal.base_version, 0U);
  EXPECT_EQ(proposal.version, 1U);
  EXPECT_EQ(proposal.server, kOne);
}

TEST_F(SharedStickyTable, ASecondRequestFindsTheKeyBeingAskedFor) {
  table.claim("a", kOne, kBegan);
  others.take();
  const auto found = table.find("a", kBegan);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->asked);
  EXPECT_EQ(table.claim("a", kTwo, kBegan), kOne);
  EXPECT_TRUE(others.proposals.empty());
}

TEST_F(SharedStickyTable, WhoeverWasFirstElsewhereIsObeyed) {
  table.claim("a", kOne, kBegan);
  EXPECT_EQ(table.settle("a", {1, kTwo}, kBegan), Effect::corrected);
  const auto found = table.find("a", kBegan);
  ASSERT_TRUE(found);
  EXPECT_EQ(*found, kTwo);
  EXPECT_FALSE(found->asked);
  EXPECT_EQ(table.counts().corrected, 1U);
}

TEST_F(SharedStickyTable, AMessageMayComeBeforeTheAnswer) {
  table.claim("a", kOne, kBegan);
  EXPECT_EQ(table.hear("a", {4, kThree}, kBegan), Effect::corrected);
  EXPECT_EQ(table.settle("a", {3, kTwo}, kBegan), Effect::none) << "the answer is older";
  EXPECT_EQ(owner("a"), kThree);
}

TEST_F(SharedStickyTable, AnOldMessageChangesNothing) {
  settle_one("a");
  table.hear("a", {5, kTwo}, kBegan);
  EXPECT_EQ(table.hear("a", {4, kThree}, kBegan), Effect::none);
  EXPECT_EQ(table.hear("a", {5, kThree}, kBegan), Effect::none);
  EXPECT_EQ(owner("a"), kTwo);
}

TEST_F(SharedStickyTable, WhatNobodyHasHereIsNotKeptForOthers) {
  EXPECT_EQ(table.hear("a", {2, kTwo}, kBegan), Effect::none);
  EXPECT_EQ(table.counts().entries, 0U);
}

TEST_F(SharedStickyTable, AMoveFollowsUponWhatWasAgreed) {
  settle_one("a");
  const KeyOwner moved = table.move("a", kOne, kTwo, kBegan);
  EXPECT_EQ(moved, kTwo);
  EXPECT_TRUE(moved.asked);
  const Proposal proposal = others.take();
  EXPECT_EQ(proposal.base_version, 1U);
  EXPECT_EQ(proposal.base_server, kOne);
  EXPECT_EQ(proposal.version, 2U);
  EXPECT_EQ(table.settle("a", {2, kThree}, kBegan), Effect::corrected) << "another was faster";
  EXPECT_EQ(owner("a"), kThree);
}

TEST_F(SharedStickyTable, WhoIsNotAnsweredDecidesAlone) {
  others.answering = false;
  EXPECT_FALSE(table.claim("a", kOne, kBegan).asked);
  EXPECT_TRUE(others.proposals.empty());
  EXPECT_EQ(standing("a"), KeyStanding::alone);
}

TEST_F(SharedStickyTable, WhoIsAnsweredLateAsksWithoutWaiting) {
  others.slow = true;
  EXPECT_FALSE(table.claim("a", kOne, kBegan).asked);
  EXPECT_EQ(others.take().key, "a");
  EXPECT_EQ(table.settle("a", {1, kTwo}, kBegan), Effect::corrected);
}

TEST_F(SharedStickyTable, AfterWaitingInVainTheRequestGoesOn) {
  table.claim("a", kOne, kBegan);
  table.stand_alone("a", kBegan);
  EXPECT_FALSE(table.find("a", kBegan)->asked);
  EXPECT_EQ(table.settle("a", {1, kTwo}, kBegan), Effect::corrected) << "a late answer counts";
}

TEST_F(SharedStickyTable, WhatIsUsedIsRenewedEveryTenthOfItsLife) {
  settle_one("a");
  table.find("a", at(minutes(2)));
  EXPECT_TRUE(others.proposals.empty());
  table.find("a", at(minutes(4)));
  const Proposal renewal = others.take();
  EXPECT_EQ(renewal.base_version, 1U);
  EXPECT_EQ(renewal.version, 1U);
  EXPECT_EQ(renewal.server, kOne);
  table.find("a", at(minutes(5)));
  EXPECT_TRUE(others.proposals.empty()) << "under way";
}

TEST_F(SharedStickyTable, ARenewalThatFindsAnotherServerObeys) {
  settle_one("a");
  table.find("a", at(minutes(4)));
  EXPECT_EQ(table.settle("a", {1, kTwo}, at(minutes(4))), Effect::corrected);
  EXPECT_EQ(owner("a", minutes(4)), kTwo);
}

TEST_F(SharedStickyTable, ForgettingIsToldAndHeard) {
  settle_one("a");
  settle_one("b");
  table.forget("a");
  EXPECT_EQ(others.take().kind, Proposal::Kind::forget);
  EXPECT_EQ(table.hear("b", {2, std::nullopt}, kBegan), Effect::corrected);
  EXPECT_EQ(table.counts().entries, 0U);
}

TEST_F(SharedStickyTable, ClearingAServerIsTold) {
  settle_one("a");
  table.forget_server(kOne);
  EXPECT_EQ(others.cleared, std::vector<std::optional<ServerNumber>>{kOne});
  settle_one("b");
  table.hear_forgotten(kOne);
  EXPECT_EQ(table.counts().entries, 0U);
  EXPECT_EQ(others.cleared.size(), 1U) << "what is heard is not told again";
}

TEST_F(SharedStickyTable, ALearnedKeyIsTheServersWhateverWasBefore) {
  settle_one("a");
  table.set("a", kTwo, kBegan);
  EXPECT_EQ(others.take().kind, Proposal::Kind::insist);
  EXPECT_EQ(owner("a"), kTwo);
}

// ---- after others were away ----

std::vector<std::string> keys_of(const std::vector<Proposal>& proposals) {
  std::vector<std::string> keys;
  for (const Proposal& proposal : proposals) keys.push_back(proposal.key);
  return keys;
}

TEST_F(SharedStickyTable, WhatWasSettledIsInDoubtAfterSilence) {
  settle_one("a");
  table.doubt(at(minutes(1)));
  EXPECT_EQ(*table.find("a", at(minutes(1) + seconds(1))), kOne) << "the known answer serves";
  EXPECT_EQ(others.take().base_version, 1U);
}

TEST_F(SharedStickyTable, TakesNoteOfEachUse) {
  settle_one("a");
  table.find("a", at(minutes(1)));
  table.find("a", at(minutes(1) + seconds(1)));
  EXPECT_EQ(table.peek("a", at(minutes(1) + seconds(1)))->unused, seconds(0));
}

TEST_F(SharedStickyTable, DoubtsAreToldTheLastUsedFirstAndOnce) {
  for (const char* key : {"a", "b", "c"}) settle_one(key);
  table.find("a", at(seconds(10)));
  table.doubt(at(minutes(1)));
  auto doubted = table.doubted(Doubted::settled, 0, 2, at(minutes(1)));
  EXPECT_EQ(keys_of(doubted), (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(keys_of(table.doubted(Doubted::settled, 0, 9, at(minutes(1)))),
            std::vector<std::string>{"b"});
  EXPECT_TRUE(table.doubted(Doubted::settled, 0, 9, at(minutes(1))).empty());
}

TEST_F(SharedStickyTable, WhatWasDecidedAloneIsClaimedAsNew) {
  settle_one("a");
  others.answering = false;
  table.claim("b", kTwo, kBegan);
  table.move("a", kOne, kThree, kBegan);
  const auto alone = table.doubted(Doubted::alone, 0, 9, at(seconds(1)));
  EXPECT_THAT(alone,
              UnorderedElementsAre(
                  testing::AllOf(Field(&Proposal::key, "b"), Field(&Proposal::base_version, 0U)),
                  testing::AllOf(Field(&Proposal::key, "a"), Field(&Proposal::version, 2U))));
}

TEST_F(SharedStickyTable, ATableThatComesToBeSharedTellsWhatItHas) {
  StickyTable own({1000, minutes(30), kNoLimit}, kBegan);
  own.claim("a", kOne, kBegan);
  own.share(&others, at(seconds(1)));
  EXPECT_EQ(keys_of(own.doubted(Doubted::alone, 0, 9, at(seconds(2)))),
            std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace stickler::balance
