// SPDX-License-Identifier: MIT
#include "backend/check_history.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::backend {
namespace {

using std::chrono::seconds;

constexpr WallTime kBegan{seconds(1'800'000'000)};
WallTime at(int second) { return kBegan + seconds(second); }

class CheckHistoryTest : public testing::Test {
 protected:
  // 'p'assed and 'f'ailed checks, one a second.
  void run(const std::string& checks) {
    for (char check : checks) {
      CheckVerdict verdict;
      verdict.passed = check == 'p';
      verdict.text = check == 'p' ? "good" : "bad " + std::to_string(second_);
      const auto event = verdict.passed ? CheckEvent::passed : CheckEvent::failed;
      history_.checked(verdict, state_.apply(event), at(second_++));
    }
  }

  ServerState state_{2, 3, Admin::ready};
  CheckHistory history_;
  int second_ = 0;
};

TEST_F(CheckHistoryTest, CountsFailuresUntilItIsDownAndHowOftenItWent) {
  run("pffp");
  EXPECT_EQ(history_.failed(), 2U);
  EXPECT_EQ(history_.went_down(), 0U);
  run("ffffff");
  EXPECT_EQ(history_.failed(), 5U);
  EXPECT_EQ(history_.went_down(), 1U);
  EXPECT_EQ(history_.last_failure().verdict.text, "bad 9");
}

TEST_F(CheckHistoryTest, AFirstCheckThatFailsIsAFailureButNoChange) {
  run("f");
  EXPECT_EQ(history_.failed(), 1U);
  EXPECT_EQ(history_.went_down(), 0U);
}

TEST_F(CheckHistoryTest, KeepsTheLastOnes) {
  run(std::string(CheckHistory::kRecent, 'f') + "p");
  EXPECT_EQ(history_.recent().size(), CheckHistory::kRecent);
  EXPECT_EQ(history_.recent().front().verdict.text, "bad 1");
  EXPECT_TRUE(history_.recent().back().verdict.passed);
  EXPECT_EQ(history_.recent().back().when, at(20));
}

TEST(Outage, AddsUpItsTimes) {
  Outage outage(kBegan);
  outage.became(true, at(1));
  EXPECT_EQ(outage.since(), at(1));
  outage.became(false, at(10));
  outage.became(false, at(12));
  EXPECT_EQ(outage.since(), at(10));
  EXPECT_EQ(outage.total(at(15)), seconds(5));
  outage.became(true, at(20));
  outage.became(true, at(21));
  EXPECT_EQ(outage.total(at(30)), seconds(10));
  outage.became(false, at(40));
  EXPECT_EQ(outage.total(at(41)), seconds(11));
  EXPECT_EQ(outage.count(), 2U);
}

TEST(Outage, FirstKnowledgeIsNoChange) {
  Outage outage(kBegan);
  outage.became(false, at(3));
  EXPECT_EQ(outage.count(), 0U);
  EXPECT_EQ(outage.total(at(5)), seconds(2));
}

}  // namespace
}  // namespace stickler::backend
