// SPDX-License-Identifier: MIT
#include "balance/first.h"

#include <gtest/gtest.h>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

class FirstTest : public testing::Test {
 protected:
  FirstTest() {
    for (std::size_t i = 0; i < 3; ++i) servers_[i].maxconn = 2;
  }
  std::string first(const std::vector<std::size_t>& forbidden = {}) {
    return turns_of(algorithm_, all_but(servers_.all(), forbidden), 1);
  }

  TestServers servers_{3};
  First algorithm_;
};

TEST_F(FirstTest, StaysWithTheFirstServerWhileItHasASlot) {
  servers_[0].active = 1;
  EXPECT_EQ(first(), "1");
}

TEST_F(FirstTest, GoesOnToTheNextWhenItIsFull) {
  servers_[0].active = 2;
  EXPECT_EQ(first(), "2");
}

TEST_F(FirstTest, SkipsWhatIsNotAllowed) {
  EXPECT_EQ(first({0, 1}), "3");
  EXPECT_EQ(algorithm_.choose(all_but(servers_.all(), {0, 1, 2}), ""), std::nullopt);
}

TEST_F(FirstTest, NamesTheFirstAllowedOneWhenAllAreFull) {
  for (std::size_t i = 0; i < 3; ++i) servers_[i].active = 2;
  EXPECT_EQ(first({0}), "2");
}

}  // namespace
}  // namespace stickler::balance
