// SPDX-License-Identifier: MIT
#include "net/event_loop.h"

#include <thread>
#include <vector>

#include "net/test_loop.h"

namespace stickler::net {
namespace {

using test::kPlenty;

class EventLoopTest : public testing::Test, protected test::TestLoop {
 protected:
  Task<Wake> readable(Socket& socket) {
    Wake woke = co_await socket.readable(kPlenty);
    co_return woke;
  }
};

TEST_F(EventLoopTest, RunsWhatIsPostedInOrder) {
  std::string ran;
  for (char name : {'a', 'b', 'c'}) loop().post([&ran, name] { ran += name; });
  loop().stop();
  loop().run();
  EXPECT_EQ(ran, "abc");
}

TEST_F(EventLoopTest, RunsWhatIsPostedByPostedFunctions) {
  bool ran = false;
  loop().post([&] { loop().post([&] { ran = true; }); });
  settle();
  EXPECT_TRUE(ran);
}

TEST_F(EventLoopTest, StopsThoughStoppedBeforeItRan) {
  loop().stop();
  loop().run();
  SUCCEED();
}

TEST_F(EventLoopTest, RunsEveryFunctionOfManyThreadsOnItsOwnInTheirOrder) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  std::vector<int> next(kThreads, 0);
  bool in_order = true;
  int left = kThreads * kEach;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        loop().post([&, t, i] {
          in_order = in_order && next[t]++ == i;
          if (--left == 0) loop().stop();
        });
      }
    });
  }
  loop().run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(left, 0);
  EXPECT_TRUE(in_order);
}

TEST_F(EventLoopTest, IsTheLoopOfTheThreadThatAdoptsIt) {
  EventLoop other(EventLoop::Adopt::later);
  EXPECT_EQ(&EventLoop::current(), &loop());
  std::thread thread([&] {
    other.adopt_thread();
    EXPECT_EQ(&EventLoop::current(), &other);
    other.run();
  });
  other.stop();
  thread.join();
}

TEST_F(EventLoopTest, KeepsOneTimeDuringATurn) {
  TimePoint seen{};
  TimePoint seen_later{};
  loop().post([&] { seen = loop().now(); });
  loop().post([&] { seen_later = loop().now(); });
  settle();
  EXPECT_EQ(seen, seen_later);
  EXPECT_GT(loop().now(), seen);
}

TEST_F(EventLoopTest, CutsAllSocketsSoThatBothSidesSeeTheirEnd) {
  test::Connection one = test::local_connection();
  test::Connection two = test::local_connection();
  one.ours.drained();
  std::optional<Wake> woke;
  start(store(readable(one.ours), woke));
  loop().cut_all_sockets();
  finish();
  EXPECT_EQ(woke, Wake::ready);
  EXPECT_TRUE(one.peer.ended());
  EXPECT_TRUE(two.peer.ended());
}

}  // namespace
}  // namespace stickler::net
