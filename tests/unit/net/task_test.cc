// SPDX-License-Identifier: MIT
#include "net/task.h"

#include <memory>

#include "net/test_loop.h"
#include "net/write_all.h"

namespace stickler::net {
namespace {

using test::kPlenty;
using test::kSoon;

class TaskTest : public testing::Test, protected test::TestLoop {
 protected:
  Task<int> value(int number) { co_return number; }
  Task<int> late_value(int number) {
    co_await yield();
    co_return number;
  }
  Task<long> sum(int count, bool late) {
    long sum = 0;
    for (int i = 0; i < count; ++i) {
      Task<int> next = late ? late_value(i) : value(i);
      int got = co_await next;
      sum += got;
    }
    co_return sum;
  }
  Task<int> depth(int levels) {
    if (levels == 0) co_return co_await late_value(0);
    int below = co_await depth(levels - 1);
    co_return below + 1;
  }
  Task<std::unique_ptr<int>> owned() {
    co_await yield();
    co_return std::make_unique<int>(7);
  }
  Task<> hold(std::shared_ptr<int> held) {
    co_await yield();
    ++*held;
  }
};

TEST_F(TaskTest, RunsOnlyWhenAwaited) {
  auto held = std::make_shared<int>(0);
  {
    Task<> never = hold(held);
  }
  EXPECT_EQ(*held, 0);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(TaskTest, EndsInPlaceIfItNeverWaits) {
  std::optional<int> result;
  start(store(value(5), result));
  EXPECT_EQ(result, 5);
}

TEST_F(TaskTest, ResumesItsParentAfterAWait) { EXPECT_EQ(result_of(late_value(5)), 5); }

TEST_F(TaskTest, HandsOverWhatCanOnlyBeMoved) { EXPECT_EQ(*result_of(owned()), 7); }

TEST_F(TaskTest, DoesNotGrowTheStackWithTheNumberOfChildren) {
  constexpr int kMany = 300'000;
  EXPECT_EQ(result_of(sum(kMany, false)), long{kMany} * (kMany - 1) / 2);
  EXPECT_EQ(result_of(sum(kMany / 10, true)), long{kMany / 10} * (kMany / 10 - 1) / 2);
}

TEST_F(TaskTest, PassesAnEndThroughManyParents) { EXPECT_EQ(result_of(depth(200)), 200); }

TEST_F(TaskTest, LetsGoOfItsArgumentsAtItsEnd) {
  auto held = std::make_shared<int>(0);
  start(hold(held));
  EXPECT_EQ(held.use_count(), 2);
  finish();
  EXPECT_EQ(held.use_count(), 1);
}

class TaskGroupTest : public TaskTest {
 protected:
  Task<Wake> ended(Duration limit) {
    Wake woke = co_await group_.all_ended(limit);
    co_return woke;
  }
  Task<> wait_in(WaitSlot& slot) { co_await Wait(false, &slot, nullptr, kNoLimit); }
  void wake(WaitSlot slot) { loop().ready().wake_slot(slot, Wake::ready); }

  TaskGroup group_;
  WaitSlot first_ = nullptr;
  WaitSlot second_ = nullptr;
};

TEST_F(TaskGroupTest, HasEndedWhileNothingRuns) {
  EXPECT_EQ(result_of(ended(kPlenty)), Wake::ready);
}

TEST_F(TaskGroupTest, EndsWithItsLastTask) {
  group_.start(wait_in(first_));
  group_.start(wait_in(second_));
  std::optional<Wake> woke;
  start(store(ended(kPlenty), woke));
  wake(second_);
  settle();
  EXPECT_EQ(group_.running(), 1U);
  EXPECT_FALSE(woke);
  wake(first_);
  finish();
  EXPECT_EQ(woke, Wake::ready);
}

TEST_F(TaskGroupTest, IsWaitedForNoLongerThanTheLimit) {
  group_.start(wait_in(first_));
  EXPECT_EQ(result_of(ended(kSoon)), Wake::timed_out);
  wake(first_);
  settle();
}

}  // namespace
}  // namespace stickler::net
