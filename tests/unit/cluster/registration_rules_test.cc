// SPDX-License-Identifier: MIT
#include "cluster/registration_rules.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace stickler::cluster {
namespace {

using namespace std::chrono_literals;
using NodeStage = RegistrationRules::Stage;
using BootTime = balance::BootTime;

constexpr Duration kLease = 90s;

// A node with rise 2 and fall 3, and what happens to it.
class Registration {
 public:
  Registration& passes(int times = 1) { return checks(true, times); }
  Registration& fails(int times = 1) { return checks(false, times); }
  Registration& after(Duration time) {
    now += time;
    rules.tick(now);
    return *this;
  }
  Registration& no_predecessor() {
    rules.found_none(KeyLoss::lease);
    return *this;
  }
  Registration& puts() {
    rules.writing(now);
    rules.written(now);
    return *this;
  }
  Registration& registered() { return no_predecessor().passes(2).puts(); }
  Registration& is_stopped(bool well = true) {
    rules.stop_begun();
    rules.stop_ended(well);
    return *this;
  }
  std::string stage() const { return to_string(rules.stage()); }

  BootTime now{1000s};
  RegistrationRules rules{2, 3, kLease};

 private:
  Registration& checks(bool good, int times) {
    for (int i = 0; i < times; ++i) rules.checked(good, now);
    return *this;
  }
};

class RegistrationRulesTest : public testing::Test {
 protected:
  Registration node;
};

// ---- registering ----

TEST_F(RegistrationRulesTest, ItHasToPassTwiceBeforeItGetsAKey) {
  EXPECT_EQ(node.no_predecessor().passes(1).stage(), "waiting");
  EXPECT_EQ(node.fails(1).passes(1).stage(), "waiting");
  EXPECT_EQ(node.passes(1).stage(), "registering");
  EXPECT_FALSE(node.rules.may_have_key());
  EXPECT_EQ(node.puts().stage(), "registered");
  EXPECT_EQ(node.rules.until(), node.now + kLease);
}

TEST_F(RegistrationRulesTest, WhatPassedBeforeItWasKnownThatThereIsNoKeyDoesNotCount) {
  EXPECT_EQ(node.passes(5).stage(), "arriving");
  EXPECT_EQ(node.no_predecessor().passes(1).stage(), "waiting");
}

TEST_F(RegistrationRulesTest, APredecessorsKeyIsTakenOverWithoutACheck) {
  EXPECT_EQ(node.puts().stage(), "registered");
}

TEST_F(RegistrationRulesTest, APredecessorsKeyIsTakenOverAlsoOfANodeThatFails) {
  node.fails(3);
  EXPECT_EQ(node.puts().stage(), "failing");
  EXPECT_TRUE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, APredecessorsKeyThatIsGoneBeforeItIsTakenOverIsALoss) {
  node.rules.found_own();
  EXPECT_EQ(node.no_predecessor().stage(), "lost");
  EXPECT_EQ(node.is_stopped().stage(), "waiting");
}

TEST_F(RegistrationRulesTest, AFailureBeforeAnythingIsWrittenIsNoReasonToStopIt) {
  node.no_predecessor().passes(2);
  EXPECT_EQ(node.fails(3).stage(), "waiting");
  EXPECT_FALSE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, WhileAWriteMayHaveHappenedItCountsAsDone) {
  node.no_predecessor().passes(2);
  node.rules.writing(node.now);
  EXPECT_TRUE(node.rules.may_have_key());
  EXPECT_EQ(node.fails(3).stage(), "failing");
  EXPECT_TRUE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, AWriteThatTurnsOutNotToHaveHappenedLeavesNothingToStop) {
  node.no_predecessor().passes(2);
  node.rules.writing(node.now);
  node.fails(3);
  node.rules.not_written();
  EXPECT_EQ(node.stage(), "waiting");
  EXPECT_FALSE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, AWriteWhoseOutcomeIsUnknownForAWholeLeaseMayHaveComeAndGone) {
  node.no_predecessor().passes(2);
  node.rules.writing(node.now);
  EXPECT_EQ(node.after(kLease).stage(), "lost");
}

// ---- the check fails ----

TEST_F(RegistrationRulesTest, AFailingNodeKeepsItsKeyUntilItIsStopped) {
  node.registered().fails(2);
  EXPECT_EQ(node.stage(), "registered");
  EXPECT_EQ(node.fails(1).stage(), "failing");
  EXPECT_TRUE(node.rules.wants_stop());
  node.rules.stop_begun();
  EXPECT_FALSE(node.rules.wants_stop());
  EXPECT_TRUE(node.rules.may_have_key());
  node.rules.stop_ended(true);
  EXPECT_EQ(node.stage(), "releasing");
  EXPECT_TRUE(node.rules.may_have_key());
  node.rules.released();
  EXPECT_EQ(node.stage(), "waiting");
  EXPECT_FALSE(node.rules.may_have_key());
}

TEST_F(RegistrationRulesTest, AStopThatFailedIsTriedAgain) {
  node.registered().fails(3).is_stopped(false);
  EXPECT_EQ(node.stage(), "failing");
  EXPECT_TRUE(node.rules.wants_stop());
  EXPECT_EQ(node.is_stopped().stage(), "releasing");
}

TEST_F(RegistrationRulesTest, AFailingNodeThatComesBackBeforeItIsStoppedStaysRegistered) {
  node.registered().fails(3).is_stopped(false);
  EXPECT_EQ(node.passes(2).stage(), "registered");
  EXPECT_FALSE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, WhatBecomesOfItIsKnownOnceTheStopCommandHasEnded) {
  node.registered().fails(3);
  node.rules.stop_begun();
  EXPECT_EQ(node.passes(2).stage(), "failing");
  node.rules.stop_ended(false);
  EXPECT_EQ(node.stage(), "registered");
}

TEST_F(RegistrationRulesTest, AStoppedNodeHasToPassAnewHoweverWellItWas) {
  node.registered().fails(3);
  node.rules.stop_begun();
  node.passes(2);
  node.rules.stop_ended(true);
  node.rules.released();
  EXPECT_EQ(node.stage(), "waiting");
  EXPECT_EQ(node.passes(1).stage(), "waiting");
  EXPECT_EQ(node.passes(1).stage(), "registering");
}

TEST_F(RegistrationRulesTest, ANodeThatIsBackBeforeItsKeyIsGivenUpRegistersAfterwards) {
  node.registered().fails(3).is_stopped().passes(2);
  EXPECT_EQ(node.stage(), "releasing");
  node.rules.released();
  EXPECT_EQ(node.stage(), "registering");
}

// ---- the key is lost ----

TEST_F(RegistrationRulesTest, AKeyIsGoodForALeaseSinceTheLastConfirmationWasAskedFor) {
  node.registered().after(30s);
  const BootTime asked = node.now;
  node.after(20s);
  node.rules.confirmed(asked, node.now);
  EXPECT_EQ(node.rules.until(), asked + kLease);
  EXPECT_EQ(node.after(69s).stage(), "registered");
  EXPECT_EQ(node.after(1s).stage(), "lost");
  EXPECT_EQ(node.rules.loss(), KeyLoss::time);
  EXPECT_TRUE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, AnEarlierConfirmationThatComesLateTakesNothingBack) {
  node.registered().after(30s);
  node.rules.confirmed(node.now, node.now);
  node.rules.confirmed(node.now - 20s, node.now);
  EXPECT_EQ(node.rules.until(), node.now + kLease);
}

TEST_F(RegistrationRulesTest, WhatIsConfirmedAfterItsTimeIsLostAllTheSame) {
  node.registered();
  node.now += kLease;
  node.rules.confirmed(node.now - 1s, node.now);
  EXPECT_EQ(node.stage(), "lost");
}

TEST_F(RegistrationRulesTest, ALostKeyIsNotMendedByAGoodCheck) {
  node.registered();
  node.rules.gone(KeyLoss::deleted);
  EXPECT_EQ(node.passes(9).stage(), "lost");
  EXPECT_EQ(node.is_stopped(false).passes(9).stage(), "lost");
  EXPECT_TRUE(node.rules.wants_stop());
}

TEST_F(RegistrationRulesTest, AfterALossItIsStoppedAndRegistersAnewWhenItPasses) {
  node.registered();
  node.rules.gone(KeyLoss::lease);
  EXPECT_EQ(node.is_stopped().stage(), "waiting");
  EXPECT_EQ(node.passes(2).stage(), "registering");
  EXPECT_EQ(node.puts().stage(), "registered");
}

TEST_F(RegistrationRulesTest, ALeaseThatMayBeAliveIsGivenUpAfterTheStop) {
  node.registered().after(kLease);
  EXPECT_TRUE(node.rules.may_have_key());
  EXPECT_EQ(node.is_stopped().stage(), "releasing");
  node.rules.gone(KeyLoss::lease);
  EXPECT_EQ(node.stage(), "waiting");
}

TEST_F(RegistrationRulesTest, AKeyLostDuringTheStopCommandNeedsNoSecondOne) {
  node.registered().fails(3);
  node.rules.stop_begun();
  node.rules.gone(KeyLoss::lease);
  EXPECT_EQ(node.stage(), "lost");
  EXPECT_FALSE(node.rules.wants_stop());
  node.rules.stop_ended(true);
  EXPECT_EQ(node.stage(), "waiting");
}

// ---- every order of events ----

// What an outsider saw of the node so far.
struct Seen {
  bool had_key = false;  // it may be given buckets since
  bool stopped = false;  // since it got the key last
  bool stopping = false;
};

struct Event {
  const char* name;
  std::function<bool(Registration&, Seen&)> happens;  // false: it cannot, here
};

bool claims(const Registration& node) {
  return node.rules.stage() == NodeStage::arriving || node.rules.stage() == NodeStage::registering;
}

bool put(Registration& node, Seen& seen) {
  if (!claims(node)) return false;
  node.rules.writing(node.now);
  seen = {true, false, seen.stopping};
  return true;
}

bool stop(Registration& node, Seen& seen, bool well) {
  if (!seen.stopping) return false;
  node.rules.stop_ended(well);
  seen.stopping = false;
  seen.stopped |= well;
  return true;
}

const std::vector<Event>& events() {
  static const std::vector<Event> all{
      {"passes", [](Registration& node, Seen&) { return node.passes(), true; }},
      {"fails", [](Registration& node, Seen&) { return node.fails(), true; }},
      {"time", [](Registration& node, Seen&) { return node.after(kLease / 2), true; }},
      {"no key", [](Registration& node, Seen&) { return node.no_predecessor(), true; }},
      {"predecessor",
       [](Registration& node, Seen& seen) {
         if (node.rules.stage() != NodeStage::arriving) return false;
         node.rules.found_own();
         return seen.had_key = true;
       }},
      {"put", put},
      {"acknowledged",
       [](Registration& node, Seen&) {
         if (node.rules.may_have_key()) node.rules.written(node.now);
         return true;
       }},
      {"confirmed",
       [](Registration& node, Seen&) {
         if (node.rules.may_have_key()) node.rules.confirmed(node.now, node.now);
         return true;
       }},
      {"gone",
       [](Registration& node, Seen&) {
         if (!node.rules.may_have_key()) return false;
         return node.rules.gone(KeyLoss::lease), true;
       }},
      {"stop begins",
       [](Registration& node, Seen& seen) {
         if (!node.rules.wants_stop()) return false;
         node.rules.stop_begun();
         return seen.stopping = true;
       }},
      {"stop succeeds", [](Registration& n, Seen& seen) { return stop(n, seen, true); }},
      {"stop fails", [](Registration& n, Seen& seen) { return stop(n, seen, false); }},
      {"released",
       [](Registration& node, Seen&) {
         if (node.rules.stage() != NodeStage::releasing) return false;
         return node.rules.released(), true;
       }},
  };
  return all;
}

// Whoever may have had buckets is stopped before it is without a key and left alone, and before it
// is given another key; it keeps a key that is good until then.
std::string what_is_wrong(const Registration& node, const Seen& seen) {
  const RegistrationRules& rules = node.rules;
  const bool left_alone = !rules.wants_stop() && !seen.stopping;
  const bool without = rules.stage() == NodeStage::waiting || rules.stage() == NodeStage::releasing;
  if (seen.had_key && !seen.stopped && without) return "has not been stopped";
  if (rules.stage() == NodeStage::lost && left_alone) return "is lost, and nobody stops it";
  if (rules.stage() == NodeStage::failing && left_alone) return "fails, and nobody stops it";
  if (rules.stage() == NodeStage::registered && !rules.may_have_key()) return "has no key";
  if (rules.stage() == NodeStage::registered && node.now >= rules.until()) return "is out of time";
  return "";
}

std::size_t explore(const Registration& node, const Seen& seen, std::string story, int depth) {
  if (depth == 0) return 1;
  std::size_t stories = 0;
  for (const Event& event : events()) {
    Registration next = node;
    Seen then = seen;
    if (!event.happens(next, then)) continue;
    const std::string wrong = what_is_wrong(next, then);
    if (!wrong.empty()) {
      ADD_FAILURE() << story << event.name << ": " << next.stage() << ", " << wrong;
      return stories;
    }
    stories += explore(next, then, story + event.name + ", ", depth - 1);
    if (testing::Test::HasFailure()) return stories;
  }
  return stories;
}

TEST(RegistrationRulesExplored, NoOrderOfEventsLeavesANodeRunningThatMayHaveLostItsBuckets) {
  constexpr int kDepth = 7;
  Registration registered;
  registered.registered();
  EXPECT_GT(explore(registered, {true, false, false}, "registered, ", kDepth), 10'000U);
  EXPECT_GT(explore(Registration(), {}, "", kDepth), 10'000U);
}

}  // namespace
}  // namespace stickler::cluster
