// SPDX-License-Identifier: MIT
#include "net/splice_pipe.h"

#include <algorithm>
#include <cerrno>

#include "net/buffer_pool.h"
#include "net/test_loop.h"
#include "net/write_all.h"

namespace stickler::net {
namespace {

using test::kSoon;
using test::pattern;

class SplicePipeTest : public testing::Test, protected test::TestLoop {
 protected:
  IoResult fill(std::size_t most = 1 << 20) {
    settle();
    return pipe_.fill(from_, most);
  }
  IoResult empty() {
    settle();
    return pipe_.empty_into(to_);
  }
  // False if the server had nothing any more before that.
  bool fill_until_no_more_is_taken(std::string_view much) {
    while (pipe_.held() == 0) {
      much.remove_prefix(server_.peer.send(much));
      if (!fill(BufferPool::kSizes.back()).done()) return false;
      while (pipe_.held() > 0 && empty().done()) continue;
    }
    return true;
  }

  test::Connection server_ = test::local_connection();
  test::Connection client_ = test::local_connection();
  PlainStream from_{std::move(server_.ours)};
  PlainStream to_{std::move(client_.ours)};
  SplicePipe& pipe_ = *SplicePipe::local();
};

TEST_F(SplicePipeTest, PassesBytesOnAsTheyCame) {
  server_.peer.send("hello");
  EXPECT_EQ(fill().bytes, 5U);
  EXPECT_EQ(pipe_.held(), 5U);
  EXPECT_EQ(empty().bytes, 5U);
  EXPECT_EQ(pipe_.held(), 0U);
  EXPECT_EQ(client_.peer.receive(), "hello");
}

TEST_F(SplicePipeTest, TakesNoMoreThanItIsToldTo) {
  server_.peer.send("hello, and the next answer");
  EXPECT_EQ(fill(5).bytes, 5U);
  empty();
  EXPECT_EQ(client_.peer.receive(), "hello");
  EXPECT_EQ(fill().bytes, 21U);
  empty();
}

TEST_F(SplicePipeTest, TellsNothingYetFromTheEndAndFromAReset) {
  EXPECT_TRUE(fill().blocked());
  EXPECT_FALSE(from_.socket().maybe_readable());
  server_.peer.finish();
  EXPECT_TRUE(fill().eof());
}

TEST_F(SplicePipeTest, WhatAPeerDoesNotTakeCanBeTakenOut) {
  const std::string much = pattern(4 << 20);
  std::string arrived;
  ASSERT_TRUE(fill_until_no_more_is_taken(much));
  EXPECT_FALSE(to_.socket().maybe_writable());
  std::string rest(pipe_.held(), '\0');
  pipe_.take_out(rest.data());
  EXPECT_EQ(pipe_.held(), 0U);
  arrived = client_.peer.receive() + rest;
  EXPECT_EQ(arrived, much.substr(0, arrived.size()));
}

TEST_F(SplicePipeTest, WhatAPeerDoesNotTakeIsKeptOnceUntilItDoes) {
  BufferPool& pool = BufferPool::local();
  pool.free_unneeded();
  pool.free_unneeded();
  ASSERT_EQ(pool.idle(), 0U);
  ASSERT_TRUE(fill_until_no_more_is_taken(pattern(4 << 20)));
  const std::size_t left = pipe_.held();
  WriteResult written = result_of(write_all(to_, pipe_, kSoon));
  EXPECT_EQ(written.kind, WriteResult::Kind::timed_out);
  EXPECT_TRUE(written.waited);
  EXPECT_EQ(written.unsent, left);
  EXPECT_EQ(pipe_.held(), 0U);
  EXPECT_EQ(pool.idle(), *std::ranges::lower_bound(BufferPool::kSizes, left));
}

// Else they would get to the next client.
TEST_F(SplicePipeTest, IsEmptyWhenAPeerHasLeft) {
  server_.peer.send("secret");
  fill();
  client_.peer.leave();
  EXPECT_EQ(empty().error, EPIPE);
  EXPECT_EQ(pipe_.held(), 0U);
}

TEST_F(SplicePipeTest, AsksTheGuardOfWritesAndIsEmptyWhenItForbids) {
  struct Guard final : WriteGuard {
    bool may_write() const override { return false; }
  } guard;
  to_.guard_writes(&guard);
  server_.peer.send("too late");
  fill();
  EXPECT_EQ(empty().error, ECANCELED);
  EXPECT_EQ(pipe_.held(), 0U);
  EXPECT_EQ(client_.peer.receive(), "");
}

}  // namespace
}  // namespace stickler::net
