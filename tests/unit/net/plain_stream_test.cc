// SPDX-License-Identifier: MIT
#include "net/plain_stream.h"

#include <cerrno>

#include "net/test_loop.h"
#include "net/write_all.h"

namespace stickler::net {
namespace {

using test::kPlenty;
using test::kSoon;
using test::pattern;

class PlainStreamTest : public testing::Test, protected test::TestLoop {
 protected:
  IoResult read(std::size_t size = 64) {
    settle();
    bytes_.assign(size, '\0');
    IoResult got = stream_.try_read(bytes_.data(), bytes_.size());
    bytes_.resize(got.bytes);
    return got;
  }
  IoResult write(std::string_view text) {
    const iovec part{const_cast<char*>(text.data()), text.size()};
    return stream_.try_write({&part, 1});
  }

  test::Connection connection_ = test::local_connection();
  test::Peer& peer_ = connection_.peer;
  PlainStream stream_{std::move(connection_.ours)};
  std::string bytes_;
};

TEST_F(PlainStreamTest, ReadsWhatIsThere) {
  peer_.send("hello");
  EXPECT_TRUE(read().done());
  EXPECT_EQ(bytes_, "hello");
  EXPECT_TRUE(read().blocked());
}

TEST_F(PlainStreamTest, AsksTheKernelNoMoreUntilItSpeaks) {
  EXPECT_TRUE(read().blocked());
  EXPECT_FALSE(stream_.socket().maybe_readable());
  peer_.send("x");
  EXPECT_TRUE(read().done());
}

TEST_F(PlainStreamTest, TellsAnEndFromAReset) {
  peer_.finish();
  EXPECT_TRUE(read().eof());
  write("unread");
  peer_.leave();
  EXPECT_EQ(read().error, ECONNRESET);
}

TEST_F(PlainStreamTest, AGuardIsAskedBeforeEachWrite) {
  struct Guard final : WriteGuard {
    bool may_write() const override { return open; }
    bool open = true;
  } guard;
  stream_.guard_writes(&guard);
  EXPECT_TRUE(write("yes").done());
  guard.open = false;
  EXPECT_EQ(write("no").error, ECANCELED);
  stream_.guard_writes(nullptr);
  EXPECT_TRUE(write("again").done());
}

TEST_F(PlainStreamTest, WritesPartsInOrder) {
  std::string one = "one ";
  std::string two = "two";
  const iovec parts[] = {{one.data(), one.size()}, {two.data(), two.size()}};
  EXPECT_EQ(stream_.try_write(parts).bytes, 7U);
  EXPECT_EQ(peer_.receive(), "one two");
}

TEST_F(PlainStreamTest, TakesWhatFitsAndThenBlocks) {
  std::string much = pattern(8 << 20);
  IoResult sent = write(much);
  EXPECT_TRUE(sent.done());
  EXPECT_LT(sent.bytes, much.size());
  EXPECT_TRUE(write("more").blocked());
  EXPECT_EQ(peer_.receive(), much.substr(0, sent.bytes));
  settle();
  EXPECT_TRUE(write("more").done());
}

TEST_F(PlainStreamTest, FailsToWriteToAPeerThatHasLeft) {
  peer_.leave();
  EXPECT_EQ(write("x").error, EPIPE);
}

TEST_F(PlainStreamTest, FinishesSendingAndGoesOnReading) {
  stream_.shutdown_write();
  EXPECT_TRUE(peer_.ended());
  peer_.send("still here");
  EXPECT_TRUE(read().done());
}

class WriteAllTest : public PlainStreamTest {
 protected:
  // As a worker would: the memory is used for something else as soon as the writer waits.
  WriteResult write_slowly(std::string memory, Duration limit) {
    std::string_view text = memory;
    std::size_t third = text.size() / 3;
    Flight flight{text.substr(0, third), text.substr(third, third), text.substr(2 * third)};
    std::optional<WriteResult> result;
    start(store(write_all(stream_, flight, limit), result));
    if (!result) std::fill(memory.begin(), memory.end(), '!');
    start(read_all());
    finish();
    return *result;
  }
  Task<> read_all() {
    while (reads_ && running() > 1) {
      received_ += peer_.receive(10'000);
      co_await yield();
    }
  }

  bool reads_ = true;
  std::string received_;
};

TEST_F(WriteAllTest, WritesInOneGoIfThePeerKeepsUp) {
  WriteResult result = result_of(write_all(stream_, {"a", "", "b"}, kPlenty));
  EXPECT_TRUE(result.done());
  EXPECT_TRUE(result.any_sent);
  EXPECT_FALSE(result.waited);
  EXPECT_EQ(peer_.receive(), "ab");
}

TEST_F(WriteAllTest, WritesNothingAtOnce) {
  EXPECT_TRUE(result_of(write_all(stream_, {}, kPlenty)).done());
}

TEST_F(WriteAllTest, CopiesWhatASlowPeerHasNotTakenBeforeItWaits) {
  test::keep_little(stream_.socket().fd());
  std::string text = pattern(300'000);
  WriteResult result = write_slowly(text, kPlenty);
  EXPECT_TRUE(result.done());
  EXPECT_TRUE(result.waited);
  received_ += peer_.receive();
  EXPECT_EQ(received_, text);
}

TEST_F(WriteAllTest, GivesUpOnAPeerThatTakesNothing) {
  reads_ = false;
  WriteResult result = write_slowly(pattern(8 << 20), kSoon);
  EXPECT_EQ(result.kind, WriteResult::Kind::timed_out);
  EXPECT_TRUE(result.any_sent);
}

TEST_F(WriteAllTest, SaysWhenNothingCanHaveBeenSeen) {
  peer_.leave();
  WriteResult result = result_of(write_all(stream_, {"x", {}, {}}, kPlenty));
  EXPECT_EQ(result.kind, WriteResult::Kind::failed);
  EXPECT_FALSE(result.any_sent);
}

TEST_F(WriteAllTest, FailsWhenThePeerLeavesInTheMiddle) {
  std::string much = pattern(8 << 20);
  std::optional<WriteResult> result;
  start(store(write_all(stream_, {much, {}, {}}, kPlenty), result));
  peer_.leave();
  finish();
  EXPECT_EQ(result->kind, WriteResult::Kind::failed);
  EXPECT_TRUE(result->any_sent);
}

TEST_F(WriteAllTest, CanBeCancelled) {
  std::string much = pattern(8 << 20);
  std::optional<WriteResult> result;
  start(store(write_all(stream_, {much, {}, {}}, kPlenty), result));
  stream_.socket().cancel_write();
  finish();
  EXPECT_EQ(result->kind, WriteResult::Kind::cancelled);
}

}  // namespace
}  // namespace stickler::net
