// SPDX-License-Identifier: MIT
#include "config/hex_range.h"

#include <gtest/gtest.h>

namespace stickler::config {
namespace {

TEST(HexRange, HoldsWhatBeginsWithinIt) {
  const auto range = HexRange::parse("00-7F");
  ASSERT_TRUE(range);
  EXPECT_TRUE(range->holds("00aa"));
  EXPECT_TRUE(range->holds("7f"));
  EXPECT_FALSE(range->holds("80"));
  EXPECT_FALSE(range->holds("7")) << "it may go on as 7f or not";
  EXPECT_TRUE(HexRange::parse("a")->holds("a0"));
  EXPECT_FALSE(HexRange::parse("a")->holds("b0"));
}

TEST(HexRange, RefusesWhatIsNone) {
  for (const char* text : {"", "-", "9-0", "0-ff", "g", "0-", "-9", "0-9-a", "0 - 9"}) {
    EXPECT_FALSE(HexRange::parse(text)) << text;
  }
}

}  // namespace
}  // namespace stickler::config
