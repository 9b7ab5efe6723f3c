// SPDX-License-Identifier: MIT
// Every failure at every stage of every policy.
#include "proxy/repeat_policy.h"

#include <gtest/gtest.h>

#include <array>

namespace stickler::proxy {
namespace {

using Redispatch = config::Retry::Redispatch;

struct Case {
  Failure failure;
  Attempted attempted;
  config::Retry retry;
  Next next;
};

class RepeatPolicy : public testing::Test {
 protected:
  template <typename Check>
  static void for_each_case(Check check) {
    for (Who who : {Who::client, Who::server, Who::us}) {
      for (int phase = 0; phase <= int(Phase::tunnel); ++phase) {
        for (int why = 0; why <= int(Why::stopping); ++why) {
          for (Repeat repeat : {Repeat::never, Repeat::if_idempotent, Repeat::always}) {
            for_each_attempt(Failure{who, Phase(phase), Why(why), repeat}, check);
          }
        }
      }
    }
  }

  template <typename Check>
  static void for_each_attempt(const Failure& failure, Check check) {
    for (unsigned bits = 0; bits < 32; ++bits) {
      auto bit = [bits](unsigned at) { return (bits >> at & 1U) != 0; };
      for (unsigned retries = 0; retries < 5; ++retries) {
        Attempted attempted{retries, bit(0), bit(1), bit(2), bit(3), bit(4)};
        for (unsigned attempts : {0U, 1U, 3U}) {
          for (Redispatch how : {Redispatch::never, Redispatch::last, Redispatch::always}) {
            config::Retry retry{attempts, how, {}};
            check(Case{failure, attempted, retry, next_after(failure, attempted, retry)});
          }
        }
      }
    }
  }
};

TEST_F(RepeatPolicy, RepeatsOnlyWhatMayBeRepeatedAndIsStillHeld) {
  for_each_case([](const Case& it) {
    if (it.next == Next::answer) return;
    EXPECT_NE(it.failure.repeat, Repeat::never);
    EXPECT_TRUE(it.attempted.body_held);
  });
}

TEST_F(RepeatPolicy, RepeatsWhatAServerMayHaveSeenOnlyIfIdempotentAndTheConnectionWasOld) {
  for_each_case([](const Case& it) {
    if (it.failure.repeat != Repeat::if_idempotent) return;
    bool safe = it.attempted.body_held && it.attempted.idempotent && it.attempted.reused;
    EXPECT_EQ(it.next, safe ? Next::fresh : Next::answer);
  });
}

TEST_F(RepeatPolicy, UsesAFreshConnectionAfterAnOldOneAndOnlyThen) {
  for_each_case([](const Case& it) {
    if (it.next == Next::fresh) {
      EXPECT_TRUE(it.attempted.reused);
    }
    bool unseen = it.failure.repeat == Repeat::always && it.attempted.body_held;
    if (unseen && it.attempted.reused) {
      EXPECT_EQ(it.next, Next::fresh);
    }
  });
}

TEST_F(RepeatPolicy, RetriesAsOftenAsConfigured) {
  for_each_case([](const Case& it) {
    bool counted = it.next == Next::same_server || it.next == Next::other_server;
    bool unseen = it.failure.repeat == Repeat::always && it.attempted.body_held;
    bool left = it.attempted.retries < it.retry.attempts;
    EXPECT_EQ(counted, unseen && !it.attempted.reused && left);
  });
}

TEST_F(RepeatPolicy, GoesElsewhereOnlyIfItMayAndSomebodyIsThere) {
  for_each_case([](const Case& it) {
    if (it.next != Next::other_server) return;
    EXPECT_FALSE(it.attempted.fixed);
    EXPECT_TRUE(it.attempted.others_usable);
    EXPECT_NE(it.retry.redispatch, Redispatch::never);
  });
}

TEST_F(RepeatPolicy, GoesElsewhereAtOnceOrAtTheLastRetry) {
  for_each_case([](const Case& it) {
    bool retried = it.next == Next::same_server || it.next == Next::other_server;
    if (!retried || it.attempted.fixed || !it.attempted.others_usable) return;
    bool last = it.attempted.retries + 1 == it.retry.attempts;
    bool moves = it.retry.redispatch == Redispatch::always ||
                 (it.retry.redispatch == Redispatch::last && last);
    EXPECT_EQ(it.next == Next::other_server, moves);
  });
}

}  // namespace
}  // namespace stickler::proxy
