// SPDX-License-Identifier: MIT
#include "proxy/bucket_gate.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/test_loop.h"

namespace stickler::proxy {
namespace {

using balance::BootClock;
using balance::BootTime;
using Kind = BucketGate::Standing::Kind;
using Stage = balance::BucketTable::Stage;

constexpr std::size_t kBuckets = 16;
constexpr std::size_t kBucket = 7;

net::Task<net::Wake> wait_for(BucketWaiter& waiter) {
  co_return co_await waiter.changed.wait(net::test::kPlenty);
}

class BucketGateTest : public testing::Test, protected net::test::TestLoop {
 protected:
  BucketGateTest() {
    gate_.report_to([this](BucketGate::Report report) { reports_.push_back(std::move(report)); });
    vouch();
  }

  void vouch() { vouching_->until(BootTime::max()); }

  // All buckets are node a's but this one.
  void adopt(std::uint64_t epoch, Stage stage, std::string node) {
    auto table = std::make_shared<balance::BucketTable>();
    table->epoch = epoch;
    table->vouching = vouching_;
    table->buckets.assign(kBuckets, {Stage::serving, "a"});
    table->buckets[kBucket] = {stage, std::move(node)};
    gate_.adopt(std::move(table));
  }

  Kind kind() const { return gate_.standing(kBucket).kind; }
  bool is_busy() const {
    const auto& busy = reports_.back().busy;
    return std::ranges::find(busy, kBucket) != busy.end();
  }

  std::shared_ptr<balance::Vouching> vouching_ = std::make_shared<balance::Vouching>();
  std::vector<BucketGate::Report> reports_;
  BucketGate gate_{kBuckets};
};

TEST_F(BucketGateTest, HoldsRequestsUntilTheFirstTable) {
  EXPECT_EQ(kind(), Kind::moves);
  adopt(1, Stage::serving, "a");
  EXPECT_EQ(kind(), Kind::served);
  EXPECT_EQ(gate_.standing(kBucket).node, "a");
  EXPECT_EQ(reports_.back().epoch, 1U);
}

TEST_F(BucketGateTest, IsSilentOnceNobodyVouches) {
  adopt(1, Stage::serving, "a");
  vouching_->until(BootClock::now());
  EXPECT_EQ(kind(), Kind::silent);
}

TEST_F(BucketGateTest, APassWritesOnlyAsLongAsSomebodyVouches) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  EXPECT_TRUE(pass->may_write());
  vouching_->end();
  EXPECT_FALSE(pass->may_write());
}

TEST_F(BucketGateTest, SaysWhenNothingRunsAnyMoreWhereABucketWas) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  adopt(2, Stage::moving, "a");
  EXPECT_EQ(reports_.back().epoch, 2U);
  EXPECT_TRUE(is_busy());
  EXPECT_TRUE(pass->may_write()) << "a request may finish";
  pass.reset();
  EXPECT_FALSE(is_busy());
}

TEST_F(BucketGateTest, CutsWhatIsStillThereWhenItsTimeIsOver) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  adopt(5, Stage::moving, "a");
  gate_.end_drain(4);
  EXPECT_FALSE(pass->is_cut()) << "that was for an earlier table";
  gate_.end_drain(5);
  EXPECT_TRUE(pass->is_cut());
}

TEST_F(BucketGateTest, CutsTunnelsOfABucketThatLeavesAtOnce) {
  net::test::Connection client = net::test::local_connection();
  net::test::Connection node = net::test::local_connection();
  net::PlainStream stream(std::move(client.ours));
  net::PlainStream server(std::move(node.ours));
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  pass->becomes_tunnel(stream, server);
  auto other = gate_.let_in(kBucket + 1);
  EXPECT_TRUE(server.may_write());
  adopt(2, Stage::moving, "a");
  EXPECT_TRUE(pass->is_cut());
  EXPECT_FALSE(server.may_write());
  EXPECT_FALSE(other->is_cut());
}

TEST_F(BucketGateTest, CutsATunnelThatBeginsWhenItsBucketHasLeft) {
  net::test::Connection client = net::test::local_connection();
  net::test::Connection node = net::test::local_connection();
  net::PlainStream stream(std::move(client.ours));
  net::PlainStream server(std::move(node.ours));
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  adopt(2, Stage::moving, "a");
  pass->becomes_tunnel(stream, server);
  EXPECT_TRUE(pass->is_cut());
  EXPECT_FALSE(server.may_write());
}

TEST_F(BucketGateTest, LetsRunOnWhatStaysAfterAll) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  adopt(2, Stage::moving, "a");
  adopt(3, Stage::serving, "a");
  gate_.end_drain(2);
  EXPECT_FALSE(pass->is_cut());
  EXPECT_EQ(kind(), Kind::served);
  EXPECT_FALSE(is_busy());
}

TEST_F(BucketGateTest, ServesABucketAtItsNewNodeOnlyOnceTheOldOneHasNothingLeft) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  adopt(9, Stage::serving, "b");
  EXPECT_EQ(kind(), Kind::moves);
  EXPECT_TRUE(is_busy());
  pass.reset();
  EXPECT_EQ(kind(), Kind::served);
  EXPECT_EQ(gate_.standing(kBucket).node, "b");
}

TEST_F(BucketGateTest, FallingSilentCutsEverythingAndSaysWhenItHasEnded) {
  adopt(1, Stage::serving, "a");
  auto pass = gate_.let_in(kBucket);
  gate_.fall_silent();
  EXPECT_TRUE(pass->is_cut());
  EXPECT_EQ(kind(), Kind::silent);
  EXPECT_EQ(reports_.back().epoch, 0U);
  EXPECT_TRUE(is_busy());
  pass.reset();
  EXPECT_FALSE(is_busy());
}

TEST_F(BucketGateTest, TellsWhoWaitsOfEachTable) {
  adopt(1, Stage::moving, "a");
  BucketWaiter waiter;
  gate_.await_change(waiter);
  adopt(2, Stage::serving, "b");
  EXPECT_EQ(result_of(wait_for(waiter)), net::Wake::ready);
}

}  // namespace
}  // namespace stickler::proxy
