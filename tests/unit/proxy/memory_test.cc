// SPDX-License-Identifier: MIT
// What serving costs in memory: frames of coroutines, and the heap once everything is warm.
// Sanitized builds, which are known by their checked library, have their own operator new and
// larger frames: nothing here.
#if !defined(_GLIBCXX_ASSERTIONS)
#include <cstdlib>
#include <new>

#include "backend/server_connection.h"
#include "net/frame_pool.h"
#include "proxy/test_house.h"

namespace {

struct Counts {
  std::size_t allocations = 0;
  bool counting = false;
};
thread_local Counts counts;

}  // namespace

void* operator new(std::size_t size) {
  if (counts.counting) ++counts.allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
// Inlined, g++ would take it for the wrong partner of new.
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace stickler::proxy {
namespace {

// Frames of unoptimised code are larger, and nobody serves with it.
#if defined(__OPTIMIZE__)
constexpr bool kMeasurable = true;
#else
constexpr bool kMeasurable = false;
#endif

class Memory : public test::House {
 protected:
  Memory() {
    config::Cookie cookie;
    cookie.name = "S";
    cookie.maxidle = std::chrono::hours(1);
    backend_settings().cookie = cookie;
    forget_records();
  }
  void SetUp() override {
    if (!kMeasurable) GTEST_SKIP() << "not in this build";
  }

  // One request of a session that needs no new cookie.
  void serve_one() {
    client().send("GET /project HTTP/1.1\r\nHost: h\r\nCookie: a=b; S=s1|" + stamp_ + "\r\n\r\n");
    turn();
    server().receive();
    server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    turn();
    EXPECT_TRUE(client().receive().ends_with("ok"));
  }
  // Some turns of the loop, in which allocations count.
  void turn() {
    for (int i = 0; i < 6; ++i) {
      loop().stop();
      counts.counting = true;
      loop().run();
      counts.counting = false;
    }
  }
  void warm_up() {
    balance::append_stamp(loop().wall_seconds(), stamp_);
    visit();
    client().send(test::kGet);
    accept();
    server().receive();
    server().send(test::kOk);
    settle();
    client().receive();
    for (int i = 0; i < 3; ++i) serve_one();
    counts.allocations = 0;
  }

  static std::size_t frames_in_use() { return net::frames_held().used; }

  // The frame of a coroutine that has not begun.
  template <typename Begin>
  static std::size_t frame_of(Begin begin) {
    std::size_t before = frames_in_use();
    auto task = begin();
    return frames_in_use() - before;
  }

  std::string stamp_;
};

TEST_F(Memory, OfAKeptConnectionsRequestIsNotAllocated) {
  warm_up();
  constexpr int kRequests = 10;
  for (int i = 0; i < kRequests; ++i) serve_one();
  EXPECT_EQ(counts.allocations, 0U);
  close_up();
}

TEST_F(Memory, OfNoFrameHoldsABuffer) {
  warm_up();
  serve_one();
  const std::size_t largest = net::frames_held().largest;
  EXPECT_LE(largest, 1152U);
  RecordProperty("largest_frame", static_cast<int>(largest));
  close_up();
}

TEST_F(Memory, OfAnIdleClientsFramesIsLittle) {
  warm_up();
  EXPECT_LE(frames_in_use(), 2048U);
  RecordProperty("frames", static_cast<int>(frames_in_use()));
  close_up();
  EXPECT_EQ(frames_in_use(), 0U);
}

TEST_F(Memory, OfAnIdleTunnelsFramesIsLittle) {
  visit();
  ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  accept();
  request();
  reply("HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(test::status_in(answer()), "101");
  EXPECT_LE(frames_in_use(), 512U);
  RecordProperty("frames", static_cast<int>(frames_in_use()));
  close_up();
}

TEST_F(Memory, OfTheHottestFramesIsLittle) {
  net::test::Connection made = net::test::local_connection();
  backend::ServerConnection connection(std::move(made.ours), 0);
  net::Stream& stream = connection.stream();
  EXPECT_LE(frame_of([&] { return net::write_all(stream, {}, kNoLimit); }), 448U);
  EXPECT_LE(frame_of([&] { return connection.read_head(http::Method::get, kNoLimit); }), 464U);
  EXPECT_LE(frame_of([&] { return connection.read_body(nullptr, 0, kNoLimit); }), 448U);
}

}  // namespace
}  // namespace stickler::proxy

#endif
