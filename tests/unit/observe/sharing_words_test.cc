// SPDX-License-Identifier: MIT
#include "observe/sharing_words.h"

#include <gtest/gtest.h>

#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using cluster::SharingReport;
using std::chrono::microseconds;
using std::chrono::seconds;
using test::kNow;

SharingReport report(SharingReport::State state) {
  SharingReport report;
  report.state = state;
  report.since = kNow - seconds(45);
  report.address = "10.0.0.9:6379";
  return report;
}

TEST(SharingWords, SayHowItGoesWhileTablesAreShared) {
  SharingReport shared = report(SharingReport::State::shared);
  shared.lag = microseconds(400);
  EXPECT_EQ(sharing_state(shared, kNow), "shared for 45 s");
  EXPECT_EQ(sharing_details(shared),
            "Redis at 10.0.0.9:6379, lag 0.4 ms, no other balancer was heard of, nothing waits");
  shared.others = 1;
  shared.waiting = 1;
  EXPECT_EQ(sharing_details(shared),
            "Redis at 10.0.0.9:6379, lag 0.4 ms, 1 other balancer, 1 key waits for an answer");
  shared.others = 2;
  shared.waiting = 2;
  EXPECT_EQ(sharing_details(shared),
            "Redis at 10.0.0.9:6379, lag 0.4 ms, 2 other balancers, 2 keys wait for an answer");
}

TEST(SharingWords, SayWhyABalancerIsAlone) {
  SharingReport alone = report(SharingReport::State::alone);
  alone.trouble = "connection refused";
  EXPECT_EQ(sharing_state(alone, kNow), "alone for 45 s");
  EXPECT_EQ(sharing_details(alone),
            "Redis at 10.0.0.9:6379 does not answer (connection refused): each balancer decides by "
            "itself");
  EXPECT_EQ(sharing_state({}, kNow), "alone");
  EXPECT_EQ(sharing_details({}), "Redis does not answer: each balancer decides by itself");
}

TEST(SharingWords, SayWhatIsDoneWhenRedisIsBack) {
  SharingReport settling = report(SharingReport::State::settling);
  settling.waiting = 17;
  EXPECT_EQ(sharing_state(settling, kNow), "settling for 45 s");
  EXPECT_EQ(sharing_details(settling),
            "Redis at 10.0.0.9:6379 answers again: what is known here is told first, 17 keys wait "
            "for an answer");
}

}  // namespace
}  // namespace stickler::observe
