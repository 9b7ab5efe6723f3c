// SPDX-License-Identifier: MIT
#include "net/socket.h"

#include "net/test_loop.h"

namespace stickler::net {
namespace {

using test::kPlenty;
using test::kSoon;

class SocketTest : public testing::Test, protected test::TestLoop {
 protected:
  // Reads all there is, and lets the loop see that.
  void drain() {
    settle();
    char bytes[64];
    while (stream_.try_read(bytes, sizeof bytes).done()) {
    }
    settle();
  }
  static Task<Wake> readable(Socket& socket, Duration limit) {
    Wake woke = co_await socket.readable(limit);
    co_return woke;
  }
  Task<Wake> readable(Duration limit) { return readable(socket(), limit); }
  Task<Wake> next_event(Duration limit) {
    Wake woke = co_await socket().next_event(limit);
    co_return woke;
  }
  Socket& socket() { return stream_.socket(); }

  test::Connection connection_ = test::local_connection();
  test::Peer& peer_ = connection_.peer;
  PlainStream stream_{std::move(connection_.ours)};
};

TEST_F(SocketTest, WaitsForBytesOnceDrained) {
  drain();
  EXPECT_EQ(result_of(readable(kSoon)), Wake::timed_out);
  peer_.send("x");
  EXPECT_EQ(result_of(readable(kPlenty)), Wake::ready);
}

TEST_F(SocketTest, DoesNotWaitWhileSomethingMayBeThere) {
  EXPECT_EQ(result_of(readable(kSoon)), Wake::ready);
}

TEST_F(SocketTest, TakesAShortReadForTheEndOfAMessage) {
  peer_.send("message");
  settle();
  char bytes[64];
  EXPECT_TRUE(stream_.try_read(bytes, sizeof bytes).done());
  EXPECT_TRUE(socket().maybe_readable());
  EXPECT_EQ(result_of(next_event(kSoon)), Wake::timed_out);
}

TEST_F(SocketTest, TakesAReadThatFilledItsMemoryForAPart) {
  peer_.send("message");
  settle();
  char bytes[7];
  EXPECT_TRUE(stream_.try_read(bytes, sizeof bytes).done());
  EXPECT_EQ(result_of(next_event(kSoon)), Wake::ready);
}

TEST_F(SocketTest, SeesTheEndThatCameTogetherWithTheLastBytes) {
  peer_.send("message");
  peer_.finish();
  settle();
  char bytes[64];
  EXPECT_TRUE(stream_.try_read(bytes, sizeof bytes).done());
  EXPECT_FALSE(socket().looks_drained());
  EXPECT_EQ(result_of(next_event(kSoon)), Wake::ready);
}

TEST_F(SocketTest, CancelsAWaitAndNothingIfNobodyWaits) {
  drain();
  socket().cancel_read();
  std::optional<Wake> woke;
  start(store(readable(kPlenty), woke));
  socket().cancel_write();
  socket().cancel_read();
  finish();
  EXPECT_EQ(woke, Wake::cancelled);
}

TEST_F(SocketTest, DoesNotTakeAHalfCloseForGone) {
  EXPECT_FALSE(socket().peer_gone());
  peer_.finish();
  EXPECT_FALSE(socket().peer_gone());
  peer_.leave();
  EXPECT_TRUE(socket().peer_gone());
}

TEST_F(SocketTest, TakesAResetForGone) {
  test::Connection tcp = test::tcp_connection();
  EXPECT_FALSE(tcp.ours.peer_gone());
  tcp.ours.drained();
  tcp.peer.reset();
  EXPECT_EQ(result_of(readable(tcp.ours, kPlenty)), Wake::ready);
  EXPECT_TRUE(tcp.ours.peer_gone());
}

TEST_F(SocketTest, CostsNoWaitForWhatCameBeforeTheWait) {
  drain();
  peer_.send("x");
  settle();
  std::optional<Wake> woke;
  start(store(readable(kPlenty), woke));
  EXPECT_EQ(woke, Wake::ready);
}

}  // namespace
}  // namespace stickler::net
