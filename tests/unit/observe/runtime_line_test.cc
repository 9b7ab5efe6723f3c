// SPDX-License-Identifier: MIT
#include "observe/runtime_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stickler::observe {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RuntimeLine, SplitsIntoCommandsAndWords) {
  EXPECT_THAT(split_line("show info"), ElementsAre(Words{"show", "info"}));
  EXPECT_THAT(split_line("  a\tb ;c\r"), ElementsAre(Words{"a", "b"}, Words{"c"}));
  EXPECT_THAT(split_line(";; ;"), IsEmpty());
}

TEST(RuntimeLine, TakesWhatFollowsABackslashAsItIs) {
  EXPECT_THAT(split_line("a\\;b\\ c\\\\"), ElementsAre(Words{"a;b c\\"}));
  EXPECT_THAT(split_line("a\\"), ElementsAre(Words{"a\\"}));
}

}  // namespace
}  // namespace stickler::observe
