// SPDX-License-Identifier: MIT
#include "http/body_reader.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::http {
namespace {

class BodyReaderTest : public testing::Test {
 protected:
  // What is payload of `bytes`, fed in pieces of `step`; "!" behind it if malformed. left_ is what
  // belongs to the next message.
  std::string payload(BodyFraming framing, std::string bytes, std::size_t step) {
    reader_.begin(framing);
    std::string all;
    std::size_t at = 0;
    while (at < bytes.size() && !reader_.ended()) {
      std::string piece = bytes.substr(at, step);
      BodyReader::Step got = reader_.feed(piece.data(), piece.size());
      all.append(piece, 0, got.payload);
      if (got.failed) return all + "!";
      at += got.consumed;
    }
    left_ = bytes.substr(at);
    return all;
  }
  BodyReader reader_;
  std::string left_;
};

constexpr BodyFraming kFive{BodyKind::length, 5};
constexpr BodyFraming kChunked{BodyKind::chunked, 0};
constexpr BodyFraming kUntilClose{BodyKind::until_close, 0};

TEST_F(BodyReaderTest, EndsAtTheLengthHoweverTheBytesArrive) {
  for (std::size_t step = 1; step < 12; ++step) {
    EXPECT_EQ(payload(kFive, "helloGET /", step), "hello");
    EXPECT_TRUE(reader_.ended());
    EXPECT_EQ(left_, "GET /");
  }
}

TEST_F(BodyReaderTest, EndsBehindTheLastChunkHoweverTheBytesArrive) {
  const std::string body = "2\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t step = 1; step < body.size() + 6; ++step) {
    EXPECT_EQ(payload(kChunked, body + "GET /", step), "hello");
    EXPECT_TRUE(reader_.ended());
    EXPECT_EQ(left_, "GET /");
    EXPECT_EQ(reader_.trailers(), "A: b\r\n");
  }
}

TEST_F(BodyReaderTest, EndsAtOnceWithoutBody) {
  reader_.begin({});
  EXPECT_TRUE(reader_.ended());
  char byte = 'x';
  EXPECT_EQ(reader_.feed(&byte, 1).consumed, 0U);
}

TEST_F(BodyReaderTest, EndsWithTheConnectionOnlyIfNothingElseSaysWhere) {
  EXPECT_EQ(payload(kUntilClose, "hello", 2), "hello");
  EXPECT_FALSE(reader_.ended());
  EXPECT_TRUE(reader_.finish());
  payload(kFive, "hell", 9);
  EXPECT_FALSE(reader_.finish());
  payload(kChunked, "5\r\nhello\r\n", 99);
  EXPECT_FALSE(reader_.finish());
}

TEST_F(BodyReaderTest, AsksForNoMoreThanTheBody) {
  payload(kFive, "he", 9);
  EXPECT_EQ(reader_.wanted(), 3U);
  reader_.begin(kUntilClose);
  EXPECT_GT(reader_.wanted(), 1U << 30);
}

TEST_F(BodyReaderTest, SaysWhatIsWrongWithChunks) {
  EXPECT_EQ(payload(kChunked, "2\r\nhello", 99), "he!");
  EXPECT_STRNE(reader_.error(), "");
}

TEST_F(BodyReaderTest, ForgetsTheBodyBefore) {
  payload(kChunked, "1\r\na\r\n0\r\nA: b\r\n\r\n", 99);
  EXPECT_EQ(payload(kChunked, "1\r\nb\r\n0\r\n\r\n", 99), "b");
  EXPECT_EQ(reader_.trailers(), "");
  EXPECT_EQ(payload(kFive, "hello", 99), "hello");
  EXPECT_EQ(reader_.trailers(), "");
}

}  // namespace
}  // namespace stickler::http
