// SPDX-License-Identifier: MIT
#include "balance/candidates.h"

#include <gtest/gtest.h>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

TEST(Candidates, AreAllAllowedAtFirstAndNobodyOfNone) {
  EXPECT_TRUE(Candidates(TestServers(3).all()).allowed(2));
  EXPECT_FALSE(Candidates(TestServers(3).all()).empty());
  EXPECT_TRUE(Candidates(Servers{}).empty());
}

TEST(Candidates, ForbidExactlyTheOneNamedForEverySizeAroundTheWords) {
  for (std::size_t count : {1U, 2U, 63U, 64U, 65U, 127U, 128U, 129U, 200U}) {
    TestServers servers(count);
    for (std::size_t forbidden = 0; forbidden < count; ++forbidden) {
      Candidates candidates = all_but(servers.all(), {forbidden});
      for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(candidates.allowed(i), i != forbidden) << i << " of " << count;
      }
    }
  }
}

TEST(Candidates, AreEmptyOnlyWhenEachIsForbiddenEvenIfOneWasForbiddenTwice) {
  TestServers servers(2);
  Candidates candidates = all_but(servers.all(), {0, 0});
  EXPECT_FALSE(candidates.empty());
  candidates.forbid(1);
  EXPECT_TRUE(candidates.empty());
}

TEST(Candidates, MayBeReducedToOne) {
  TestServers servers(70);
  Candidates candidates(servers.all());
  candidates.forbid(3);
  candidates.keep_only(66);
  for (std::size_t i = 0; i < 70; ++i) EXPECT_EQ(candidates.allowed(i), i == 66) << i;
  candidates.keep_only(3);
  EXPECT_TRUE(candidates.empty());
}

}  // namespace
}  // namespace stickler::balance
