// SPDX-License-Identifier: MIT
#include "net/waiter.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>

#include "net/deadlines.h"

namespace stickler::net {
namespace {

class ReadyQueueTest : public testing::Test {
 protected:
  struct Named : Waiter {
    Named(char its_name, std::string& log) : Waiter(&note), name(its_name), ran(log) {}
    static void note(Waiter& waiter) {
      auto& self = static_cast<Named&>(waiter);
      self.ran += self.name;
      if (self.then) self.then();
    }
    char name;
    std::string& ran;
    std::function<void()> then;
  };

  ReadyQueueTest() {
    for (char name : {'a', 'b', 'c'}) waiters_.emplace_back(name, ran_);
  }
  void wake_all() {
    for (Named& waiter : waiters_) queue_.wake(waiter, Wake::ready);
  }
  std::string run() {
    ran_.clear();
    queue_.run_turn();
    return ran_;
  }

  ReadyQueue queue_;
  std::string ran_;
  std::deque<Named> waiters_;
};

TEST_F(ReadyQueueTest, RunsInTheOrderOfWaking) {
  wake_all();
  EXPECT_EQ(run(), "abc");
  EXPECT_TRUE(queue_.empty());
}

// Whoever yields again and again would keep all others waiting.
TEST_F(ReadyQueueTest, ATurnWhoseLastIsForgottenIsNoLonger) {
  waiters_[0].then = [&] { queue_.wake(waiters_[0], Wake::ready); };
  waiters_[1].then = [&] { queue_.forget(waiters_[2]); };
  wake_all();
  EXPECT_EQ(run(), "ab");
  waiters_[0].then = [&] { queue_.forget(waiters_[1]); };
  queue_.wake(waiters_[1], Wake::ready);
  EXPECT_EQ(run(), "a");
  EXPECT_TRUE(queue_.empty());
}

TEST_F(ReadyQueueTest, LetsSendersRunBehindTheOthers) {
  std::deque<Named> sending;
  for (std::size_t i = 0; i < waiters_.size(); ++i) {
    Named& sender = sending.emplace_back(static_cast<char>('A' + i), ran_);
    sender.turn = Turn::sends;
    waiters_[i].then = [&] { queue_.wake(sender, Wake::ready); };
  }
  wake_all();
  EXPECT_EQ(run(), "abcABC");
  EXPECT_TRUE(queue_.empty());
}

TEST_F(ReadyQueueTest, LetsSendersRunBehindEachBatch) {
  constexpr std::size_t kMany = 200;
  Named sender('S', ran_);
  sender.turn = Turn::sends;
  std::deque<Named> readers;
  for (std::size_t i = 0; i < kMany; ++i) queue_.wake(readers.emplace_back('r', ran_), Wake::ready);
  readers.front().then = [&] { queue_.wake(sender, Wake::ready); };
  EXPECT_EQ(run().size(), kMany + 1);
  EXPECT_LT(ran_.find('S'), kMany / 2);
}

TEST_F(ReadyQueueTest, AMessageThatFollowsAnotherWaitsForTheNextTurn) {
  waiters_[0].turn = Turn::sends;
  waiters_[0].then = [&] { queue_.wake(waiters_[0], Wake::ready); };
  queue_.wake(waiters_[0], Wake::ready);
  queue_.wake(waiters_[1], Wake::ready);
  EXPECT_EQ(run(), "baa") << "behind those who go on, and behind those who begin";
  EXPECT_FALSE(queue_.empty());
}

TEST_F(ReadyQueueTest, WhoHasBegunGoesBeforeWhoBegins) {
  for (std::size_t i : {0U, 1U}) waiters_[i].turn = Turn::begins;
  wake_all();
  EXPECT_EQ(run(), "cab");
}

// But not all the time.
TEST_F(ReadyQueueTest, SomeBeginInEachTurnHoweverManyGoOn) {
  waiters_[0].then = [&] { queue_.wake(waiters_[0], Wake::ready); };
  waiters_[1].turn = Turn::begins;
  wake_all();
  EXPECT_EQ(run(), "acb");
}

TEST_F(ReadyQueueTest, OfManyWhoBeginAFewDoInEachTurn) {
  constexpr std::size_t kMany = 200;
  std::deque<Named> beginners;
  for (std::size_t i = 0; i < kMany; ++i) {
    Named& beginner = beginners.emplace_back('b', ran_);
    beginner.turn = Turn::begins;
    queue_.wake(beginner, Wake::ready);
  }
  beginners.front().then = [&] { queue_.wake(waiters_[0], Wake::ready); };
  const std::string first = run();
  EXPECT_LT(first.size(), kMany / 2);
  EXPECT_EQ(run().front(), 'a');
  std::size_t begun = first.size() + ran_.size() - 1;
  while (!queue_.empty()) begun += run().size();
  EXPECT_EQ(begun, kMany);
}

TEST_F(ReadyQueueTest, ForgetsAWaiterWhateverItsTurn) {
  for (Turn turn : {Turn::goes_on, Turn::sends, Turn::begins}) {
    for (Named& waiter : waiters_) waiter.turn = turn;
    wake_all();
    queue_.forget(waiters_[1]);
    EXPECT_EQ(run(), "ac");
  }
}

TEST_F(ReadyQueueTest, RunsAWaiterOnceHoweverOftenItIsWoken) {
  wake_all();
  queue_.wake(waiters_[0], Wake::timed_out);
  EXPECT_EQ(run(), "abc");
  EXPECT_EQ(waiters_[0].wake, Wake::ready);
}

TEST_F(ReadyQueueTest, ForgetsAnyWaiterAndKeepsTheOthers) {
  const std::string others[] = {"bc", "ac", "ab"};
  for (std::size_t forgotten = 0; forgotten < 3; ++forgotten) {
    wake_all();
    queue_.forget(waiters_[forgotten]);
    EXPECT_EQ(run(), others[forgotten]);
  }
}

TEST_F(ReadyQueueTest, TakesNewWaitersAfterItsLastOneWasForgotten) {
  queue_.wake(waiters_[0], Wake::ready);
  queue_.forget(waiters_[0]);
  EXPECT_TRUE(queue_.empty());
  queue_.wake(waiters_[1], Wake::ready);
  EXPECT_EQ(run(), "b");
}

TEST_F(ReadyQueueTest, LeavesWhatIsWokenMeanwhileForTheNextTurn) {
  waiters_[0].then = [this] { queue_.wake(waiters_[0], Wake::ready); };
  queue_.wake(waiters_[0], Wake::ready);
  EXPECT_EQ(run(), "a");
  EXPECT_FALSE(queue_.empty());
}

TEST_F(ReadyQueueTest, LetsAWaiterForgetOneThatIsQueuedBehindIt) {
  for (std::size_t forgotten : {1U, 2U}) {
    waiters_[0].then = [this, forgotten] { queue_.forget(waiters_[forgotten]); };
    wake_all();
    EXPECT_EQ(run(), forgotten == 1 ? "ac" : "ab");
  }
}

TEST_F(ReadyQueueTest, LetsAWaiterDieInItsTurn) {
  waiters_[0].then = [this] { waiters_.pop_front(); };
  wake_all();
  EXPECT_EQ(run(), "abc");
}

TEST_F(ReadyQueueTest, WakingUnlinksFromBothSlotsAndTheDeadline) {
  Deadlines deadlines(queue_);
  WaitSlot first = &waiters_[0];
  WaitSlot second = &waiters_[0];
  waiters_[0].slots = {&first, &second};
  deadlines.start(waiters_[0], std::chrono::seconds(1), TimePoint{});
  queue_.wake_slot(second, Wake::cancelled);
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(second, nullptr);
  EXPECT_EQ(deadlines.next(), TimePoint::max());
}

TEST_F(ReadyQueueTest, WakesNobodyInAnEmptySlot) {
  queue_.wake_slot(nullptr, Wake::ready);
  EXPECT_TRUE(queue_.empty());
}

}  // namespace
}  // namespace stickler::net
