// SPDX-License-Identifier: MIT
#include "backend/wait_queue.h"

#include <gtest/gtest.h>

#include <deque>
#include <thread>

#include "backend/backend.h"
#include "backend/test_backend.h"
#include "net/test_loop.h"
#include "net/write_all.h"

namespace stickler::backend {
namespace {

using net::Wake;
using net::test::kPlenty;
using net::test::kSoon;

class WaitQueueTest : public testing::Test, protected net::test::TestLoop {
 protected:
  // Hands over one slot of `server`.
  void free_slot(std::size_t server) {
    queue_.hand_over(server, [this] { return ++handed_over_ > 0; });
  }
  static net::Task<Wake> woken(std::shared_ptr<Ticket> ticket, Duration limit) {
    Wake woke = co_await ticket->woken(limit);
    co_return woke;
  }

  WaitQueue queue_;
  int handed_over_ = 0;
};

TEST_F(WaitQueueTest, ServesWhoCameFirst) {
  auto first = queue_.enter({0});
  auto second = queue_.enter({0});
  free_slot(0);
  EXPECT_EQ(queue_.leave(second), std::nullopt);
  EXPECT_EQ(queue_.leave(first), 0U);
}

TEST_F(WaitQueueTest, PassesOverWhoCannotUseTheSlot) {
  auto other = queue_.enter({1, 2});
  auto news_only = queue_.enter({});
  auto fitting = queue_.enter({2, 0});
  free_slot(0);
  EXPECT_EQ(queue_.leave(fitting), 0U);
  EXPECT_EQ(queue_.leave(other), std::nullopt);
  EXPECT_EQ(queue_.leave(news_only), std::nullopt);
}

TEST_F(WaitQueueTest, TakesNoSlotWhenNobodyCanUseIt) {
  auto other = queue_.enter({1});
  free_slot(0);
  EXPECT_EQ(handed_over_, 0);
  queue_.leave(other);
  free_slot(1);
  EXPECT_EQ(handed_over_, 0);
}

TEST_F(WaitQueueTest, KeepsThePlaceOfWhoIsNotServedBecauseTheSlotIsTaken) {
  auto first = queue_.enter({0});
  queue_.hand_over(0, [] { return false; });
  auto second = queue_.enter({0});
  free_slot(0);
  EXPECT_EQ(queue_.leave(first), 0U);
  EXPECT_EQ(queue_.leave(second), std::nullopt);
}

TEST_F(WaitQueueTest, WakesWhoIsServed) {
  auto ticket = queue_.enter({0});
  std::optional<Wake> woke;
  start(store(woken(ticket, kPlenty), woke));
  free_slot(0);
  finish();
  EXPECT_EQ(woke, Wake::ready);
}

TEST_F(WaitQueueTest, WakesEverybodyAndServesNobodyWhenTheWorldHasChanged) {
  std::optional<Wake> one;
  std::optional<Wake> two;
  auto first = queue_.enter({0});
  auto second = queue_.enter({});
  start(store(woken(first, kPlenty), one));
  start(store(woken(second, kPlenty), two));
  queue_.wake_all();
  finish();
  EXPECT_EQ(one, Wake::ready);
  EXPECT_EQ(two, Wake::ready);
  EXPECT_EQ(queue_.leave(first), std::nullopt);
}

TEST_F(WaitQueueTest, KeepsASlotForWhoseWaitEndedInTheSameMoment) {
  auto ticket = queue_.enter({0});
  EXPECT_EQ(result_of(woken(ticket, kSoon)), Wake::timed_out);
  free_slot(0);
  EXPECT_EQ(queue_.leave(ticket), 0U);
}

TEST_F(WaitQueueTest, LetsATicketGoBeforeItsAnnouncementArrives) {
  auto ticket = queue_.enter({0});
  free_slot(0);
  queue_.leave(ticket);
  ticket.reset();
  settle();
}

// Many requests on several loops want the two slots of one server: all are served, never more than
// two at once, and nobody is left waiting for a slot that is free.
class ManyLoops : public testing::Test {
 protected:
  static constexpr int kWorkers = 3;
  static constexpr int kRequests = 40;
  static constexpr int kRounds = 25;

  void worker() {
    net::test::TestLoop loop;
    for (int i = 0; i < kRequests; ++i) loop.start(request());
    loop.finish();
  }

  net::Task<> request() {
    for (int round = 0; round < kRounds; ++round) {
      co_await take_slot();
      unsigned now = backend_.server(0).view().active;
      too_many_ = too_many_ || now > 2;
      co_await net::yield();
      backend_.give_back_slot(0);
      ++served_;
    }
  }

  // As an exchange does: ask, enter the queue, ask again, wait.
  net::Task<> take_slot() {
    while (!backend_.server(0).try_take_slot()) {
      QueueTicket ticket(backend_, 0, {0});
      if (backend_.server(0).view().has_free_slot()) continue;
      co_await ticket.woken(kPlenty);
      if (ticket.leave()) break;
    }
  }

  config::Backend settings_ = test::settings_of(1, 2);
  Backend backend_{settings_};
  std::atomic<bool> too_many_{false};
  std::atomic<int> served_{0};
};

TEST_F(ManyLoops, ShareTheSlotsOfAServer) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) threads.emplace_back([this] { worker(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served_, kWorkers * kRequests * kRounds);
  EXPECT_FALSE(too_many_);
  EXPECT_EQ(backend_.active(), 0U);
  EXPECT_EQ(backend_.queue().waiting(), 0U);
}

}  // namespace
}  // namespace stickler::backend
