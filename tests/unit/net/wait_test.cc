// SPDX-License-Identifier: MIT
#include "net/wait.h"

#include "net/test_loop.h"
#include "net/write_all.h"

namespace stickler::net {
namespace {

using test::kPlenty;
using test::kSoon;

class WaitTest : public testing::Test, protected test::TestLoop {
 protected:
  Task<Wake> wait(bool ready, WaitSlot* first, WaitSlot* second, Duration limit) {
    Wake woke = co_await Wait(ready, first, second, limit);
    co_return woke;
  }
  // Begins a wait in both slots; result_ says how it ended.
  void begin(Duration limit = kPlenty) {
    start(store(wait(false, &first_, &second_, limit), result_));
  }
  void wake(WaitSlot slot, Wake reason) { loop().ready().wake_slot(slot, reason); }

  WaitSlot first_ = nullptr;
  WaitSlot second_ = nullptr;
  std::optional<Wake> result_;
};

TEST_F(WaitTest, DoesNotSuspendWhenReady) {
  start(store(wait(true, &first_, nullptr, kPlenty), result_));
  EXPECT_EQ(result_, Wake::ready);
  EXPECT_EQ(first_, nullptr);
}

TEST_F(WaitTest, EndsWithTheReasonItIsWokenFor) {
  for (Wake reason : {Wake::ready, Wake::timed_out, Wake::cancelled}) {
    begin();
    wake(first_, reason);
    finish();
    EXPECT_EQ(result_, reason);
  }
}

TEST_F(WaitTest, EndsWhicheverOfTwoSlotsIsWokenAndLeavesTheOther) {
  for (WaitSlot* slot : {&first_, &second_}) {
    begin();
    wake(*slot, Wake::ready);
    finish();
    EXPECT_EQ(result_, Wake::ready);
    EXPECT_EQ(first_, nullptr);
    EXPECT_EQ(second_, nullptr);
  }
}

TEST_F(WaitTest, EndsAtItsLimit) {
  begin(kSoon);
  finish();
  EXPECT_EQ(result_, Wake::timed_out);
  EXPECT_EQ(first_, nullptr);
}

TEST_F(WaitTest, NeverEndsBeforeItsLimit) {
  TimePoint began = loop().now();
  begin(kSoon);
  finish();
  EXPECT_GE(loop().now() - began, kSoon);
}

class TotalLimitTest : public WaitTest {
 protected:
  Task<int> count_waits(Duration limit) {
    TotalLimit total(limit, &first_);
    int waits = 0;
    while (!total.expired()) {
      co_await Wait(false, &first_, nullptr, kNoLimit);
      ++waits;
    }
    co_return waits;
  }
  Task<> wake_now_and_then() {
    while (running() > 1) {
      wake(first_, Wake::ready);
      co_await pause(std::chrono::milliseconds(2), second_);
    }
  }
};

TEST_F(TotalLimitTest, EndsAWaitThatNobodyElseEnds) { EXPECT_EQ(result_of(count_waits(kSoon)), 1); }

TEST_F(TotalLimitTest, HoldsOverManyWaits) {
  std::optional<int> waits;
  start(store(count_waits(kSoon), waits));
  start(wake_now_and_then());
  finish();
  EXPECT_GT(waits.value_or(0), 1);
}

TEST_F(TotalLimitTest, MayEndBeforeItExpires) {
  {
    TotalLimit limit(kSoon, &first_);
  }
  EXPECT_EQ(loop().deadlines().next(), TimePoint::max());
}

class NoticeTest : public WaitTest {
 protected:
  Task<Wake> wait_for(Notice& notice, Duration limit) {
    Wake woke = co_await notice.wait(limit);
    co_return woke;
  }
  Notice notice_;
};

TEST_F(NoticeTest, WakesWhoWaits) {
  start(store(wait_for(notice_, kPlenty), result_));
  notice_.announce();
  finish();
  EXPECT_EQ(result_, Wake::ready);
}

TEST_F(NoticeTest, IsRememberedForTheNextWaitAndNoFurther) {
  notice_.announce();
  notice_.announce();
  EXPECT_EQ(result_of(wait_for(notice_, kSoon)), Wake::ready);
  EXPECT_EQ(result_of(wait_for(notice_, kSoon)), Wake::timed_out);
}

class YieldTest : public WaitTest {
 protected:
  Task<> say(char name, std::string& said) {
    for (int i = 0; i < 3; ++i) {
      said += name;
      co_await yield();
    }
  }
};

TEST_F(YieldTest, LetsOthersHaveTheirTurn) {
  std::string said;
  start(say('a', said));
  start(say('b', said));
  finish();
  EXPECT_EQ(said, "ababab");
}

class SendTurnTest : public WaitTest {
 protected:
  // Reads, says its name, and sends, in capitals.
  Task<> read_and_send(char name, std::string& said) {
    co_await yield();
    said += name;
    co_await send_turn();
    said += static_cast<char>(name - 'a' + 'A');
  }
};

TEST_F(SendTurnTest, ComesWhenAllWhoAreReadyHaveRead) {
  std::string said;
  for (char name : {'a', 'b', 'c'}) start(read_and_send(name, said));
  finish();
  EXPECT_EQ(said, "abcCAB") << "the last one waits for nobody";
}

TEST_F(SendTurnTest, ComesAtOnceIfNobodyElseIsReady) {
  std::string said;
  start(read_and_send('a', said));
  loop().stop();
  loop().run();
  EXPECT_EQ(said, "aA");
  finish();
}

// So that the cache still holds what was read when it is sent.
TEST_F(SendTurnTest, IsNotPutOffForMoreThanABatch) {
  std::string said;
  for (int i = 0; i < 200; ++i) start(read_and_send('a', said));
  finish();
  EXPECT_EQ(said.size(), 400U);
  EXPECT_LT(said.find('A'), 100U);
}

}  // namespace
}  // namespace stickler::net
