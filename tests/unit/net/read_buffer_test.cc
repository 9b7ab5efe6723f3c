// SPDX-License-Identifier: MIT
#include "net/read_buffer.h"

#include <gtest/gtest.h>

namespace stickler::net {
namespace {

class ReadBufferTest : public testing::Test {
 protected:
  void receive(std::string_view bytes) {
    buffer_.reserve(buffer_.size() + bytes.size());
    ASSERT_GE(buffer_.space_size(), bytes.size());
    bytes.copy(buffer_.space(), bytes.size());
    buffer_.received(bytes.size());
  }
  ReadBuffer buffer_;
};

TEST_F(ReadBufferTest, OwnsNoMemoryUntilSomeIsReserved) {
  EXPECT_TRUE(buffer_.empty());
  EXPECT_EQ(buffer_.space_size(), 0U);
}

TEST_F(ReadBufferTest, KeepsWhatIsReceivedUntilItIsUsedUp) {
  receive("hello ");
  receive("world");
  buffer_.consume(6);
  EXPECT_EQ(buffer_.bytes(), "world");
  buffer_.consume(5);
  EXPECT_TRUE(buffer_.empty());
}

TEST_F(ReadBufferTest, MakesRoomBehindUnusedBytesWithoutLosingAny) {
  receive(std::string(4000, 'x') + "rest");
  buffer_.consume(4000);
  for (std::size_t total : {4096U, 20'000U, 300'000U}) {
    buffer_.reserve(total);
    EXPECT_EQ(buffer_.bytes(), "rest");
    EXPECT_GE(buffer_.size() + buffer_.space_size(), total);
  }
}

TEST_F(ReadBufferTest, DoesNotMoveBytesThatHaveRoomBehindThem) {
  receive("view");
  std::string_view view = buffer_.bytes();
  buffer_.reserve(BufferPool::kSizes.front());
  EXPECT_EQ(buffer_.bytes().data(), view.data());
}

TEST_F(ReadBufferTest, ShrinksIfItsBytesFit) {
  receive(std::string(20'000, 'x') + "rest");
  EXPECT_FALSE(buffer_.shrink(4096));
  EXPECT_EQ(buffer_.size(), 20'004U);
  buffer_.consume(20'000);
  EXPECT_TRUE(buffer_.shrink(4096));
  EXPECT_EQ(buffer_.bytes(), "rest");
  EXPECT_EQ(buffer_.size() + buffer_.space_size(), 4096U);
  receive(" of it");
  EXPECT_EQ(buffer_.bytes(), "rest of it");
}

TEST_F(ReadBufferTest, GivesItsMemoryBack) {
  receive("bytes");
  buffer_.release();
  EXPECT_TRUE(buffer_.empty());
  EXPECT_EQ(buffer_.space_size(), 0U);
}

TEST_F(ReadBufferTest, LeavesNothingBehindWhenMoved) {
  receive("bytes");
  buffer_.consume(2);
  ReadBuffer moved = std::move(buffer_);
  EXPECT_EQ(moved.bytes(), "tes");
  EXPECT_TRUE(buffer_.empty());
  EXPECT_EQ(buffer_.space_size(), 0U);
}

}  // namespace
}  // namespace stickler::net
