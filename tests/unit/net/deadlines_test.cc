// SPDX-License-Identifier: MIT
#include "net/deadlines.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace stickler::net {
namespace {

using std::chrono::seconds;

class DeadlinesTest : public testing::Test {
 protected:
  struct Named : Waiter {
    Named(char its_name, std::string& log) : Waiter(&note), name(its_name), ended(log) {}
    static void note(Waiter& waiter) {
      auto& self = static_cast<Named&>(waiter);
      EXPECT_EQ(self.wake, Wake::timed_out);
      self.ended += self.name;
    }
    char name;
    std::string& ended;
  };

  // Begins at second `begin`; named a, b, … in the order of beginning.
  void start(int begin, int limit) {
    char name = static_cast<char>('a' + waiters_.size());
    deadlines_.start(waiters_.emplace_back(name, ended_), seconds(limit), at(begin));
  }
  // Who ends at that second.
  std::string ends_at(int second) {
    ended_.clear();
    deadlines_.expire(at(second));
    ready_.run_turn();
    return ended_;
  }
  static TimePoint at(int second) { return TimePoint(seconds(second)); }

  ReadyQueue ready_;
  Deadlines deadlines_{ready_};
  std::string ended_;
  std::deque<Named> waiters_;
};

TEST_F(DeadlinesTest, EndAWaitWhenItsLimitHasPassedAndNotBefore) {
  start(0, 5);
  EXPECT_EQ(ends_at(4), "");
  EXPECT_EQ(ends_at(5), "a");
  EXPECT_EQ(ends_at(6), "");
}

TEST_F(DeadlinesTest, EndWaitsOfDifferentLimitsEachInTime) {
  start(0, 9);
  start(0, 1);
  start(1, 9);
  start(1, 1);
  EXPECT_EQ(ends_at(1), "b");
  EXPECT_EQ(ends_at(2), "d");
  EXPECT_EQ(ends_at(9), "a");
  EXPECT_EQ(ends_at(10), "c");
}

TEST_F(DeadlinesTest, NeverEndAWaitWithoutLimit) {
  start(0, 0);
  EXPECT_EQ(deadlines_.next(), TimePoint::max());
  EXPECT_EQ(ends_at(1'000'000), "");
}

TEST_F(DeadlinesTest, KnowWhichComesNext) {
  start(0, 9);
  start(3, 2);
  EXPECT_EQ(deadlines_.next(), at(5));
  ends_at(5);
  EXPECT_EQ(deadlines_.next(), at(9));
}

TEST_F(DeadlinesTest, ForgetAWaitThatEndedOtherwiseWhereverItStands) {
  const std::string others[] = {"bc", "ac", "ab"};
  for (std::size_t woken = 0; woken < 3; ++woken) {
    waiters_.clear();
    for (int i = 0; i < 3; ++i) start(0, 5);
    ready_.forget(waiters_[woken]);
    EXPECT_EQ(ends_at(5), others[woken]);
  }
}

TEST_F(DeadlinesTest, UseAListAgainForAnotherLimitOnceItIsEmpty) {
  start(0, 5);
  ends_at(5);
  start(5, 1);
  start(5, 7);
  EXPECT_EQ(ends_at(6), "b");
  EXPECT_EQ(ends_at(12), "c");
}

}  // namespace
}  // namespace stickler::net
