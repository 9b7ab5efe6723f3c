// SPDX-License-Identifier: MIT
#include "observe/bounded_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace stickler::observe {
namespace {

class BoundedTextTest : public testing::Test {
 protected:
  char memory_[5];
  BoundedText text_{memory_, sizeof memory_};
};

TEST_F(BoundedTextTest, CutsWhatDoesNotFit) {
  text_.put("abc");
  text_.put("def");
  text_.put('g');
  EXPECT_EQ(text_.text(), "abcde");
  EXPECT_EQ(text_.room(), 0U);
}

TEST_F(BoundedTextTest, WritesNumbers) {
  text_.put(std::int64_t{-120});
  EXPECT_EQ(text_.text(), "-120");
}

TEST_F(BoundedTextTest, CutsNumbers) {
  text_.put(std::int64_t{7});
  text_.put(std::int64_t{123'456});
  EXPECT_EQ(text_.text(), "71234");
  text_.put(std::int64_t{8});
  EXPECT_EQ(text_.text(), "71234");
}

TEST(BoundedText, HasRoomForEveryNumber) {
  for (std::int64_t number : {std::int64_t{0}, std::int64_t{9}, std::int64_t{10}, std::int64_t{-1},
                              INT64_MAX, INT64_MIN}) {
    const std::string digits = std::to_string(number);
    for (std::size_t size : {digits.size(), digits.size() + 1, std::size_t{20}, std::size_t{40}}) {
      std::string memory(size, ' ');
      BoundedText text(memory.data(), memory.size());
      text.put(number);
      EXPECT_EQ(text.text(), digits);
    }
  }
}

TEST_F(BoundedTextTest, TakesAnAbsentText) {
  text_.put(std::string_view());
  EXPECT_EQ(text_.text(), "");
}

}  // namespace
}  // namespace stickler::observe
