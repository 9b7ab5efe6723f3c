// SPDX-License-Identifier: MIT
// Three members, of which some freeze or die.
#include "cluster/etcd_client.h"
#include "cluster/etcd_fixture.h"

namespace stickler::cluster {
namespace {

using testing::HasSubstr;
using Kind = EtcdFailure::Kind;
using net::test::kPlenty;
using net::test::kSoon;

class EtcdFailoverTest : public test::EtcdFixture {
 protected:
  void SetUp() override {
    EtcdFixture::SetUp();
    if (!test::etcd_is_installed()) return;
    etcd_ = std::make_unique<test::EtcdCluster>(3);
    EtcdSettings all = settings(etcd_->urls());
    all.timeout = kTimeout;
    use(all);
  }
  // Waits for the members that are left to have a leader.
  void let_others_elect() {
    EtcdSettings others = settings({etcd_->member(1).url(), etcd_->member(2).url()});
    auto client = EtcdClient::make(others);
    await_leader(**client);
  }
  // Whoever asks while a leader is elected is refused, by all members.
  void await_leader(EtcdClient& client) {
    while (!loop_.result_of(client.read("a"))) {
    }
  }

  std::unique_ptr<test::EtcdCluster> etcd_;
};

TEST_F(EtcdFailoverTest, ReadsElsewhereIfAMemberIsFrozen) {
  const std::int64_t lease = value_of(client_->grant_lease(std::chrono::seconds(90)));
  put("a", "1", lease);
  etcd_->process(0).freeze();
  let_others_elect();
  EXPECT_TRUE(value_of(client_->keep_alive(lease)));
  EXPECT_EQ(read("a"), "a=1");
  EXPECT_NE(client_->members().preferred(), 0U);
  EXPECT_TRUE(put("a", "2").succeeded);
  etcd_->process(0).thaw();
  EXPECT_EQ(read("a"), "a=2");
}

TEST_F(EtcdFailoverTest, AWriteToAFrozenMemberMayOrMayNotHappen) {
  etcd_->process(0).freeze();
  let_others_elect();
  const EtcdFailure failure = failure_of(client_->commit({}, {EtcdWrite{"a", "1"}}));
  EXPECT_EQ(failure.kind, Kind::timed_out);
  EXPECT_TRUE(failure.outcome_unknown);
  EXPECT_EQ(failure.text, "etcd at " + etcd_->member(0).url() + ": no answer within 2s");
  // The next one goes to another member, also if nobody reads before it.
  EXPECT_TRUE(put("b", "1").succeeded);
}

TEST_F(EtcdFailoverTest, AWatchAtAFrozenMemberIsReopenedElsewhere) {
  EtcdWatch watch(*client_, "a");
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(watch.endpoint(), "etcd at " + etcd_->member(0).url());
  etcd_->process(0).freeze();
  let_others_elect();
  value_of(client_->read("a"));
  put("a", "1");
  EXPECT_EQ(next(watch, kSoon), "");
  watch.close();
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(next(watch), "a=1");
  EXPECT_NE(watch.endpoint(), "etcd at " + etcd_->member(0).url());
}

TEST_F(EtcdFailoverTest, WithoutAQuorumNothingIsSure) {
  EtcdWatch watch(*client_, "a");
  EXPECT_EQ(next(watch), "created");
  etcd_->process(1).end();
  etcd_->process(2).end();
  const EtcdFailure left = failure_of(watch.next(kPlenty));
  EXPECT_EQ(left.kind, Kind::unreachable);
  EXPECT_THAT(left.text, HasSubstr("no leader"));
  const EtcdFailure write = failure_of(client_->commit({}, {EtcdWrite{"a", "1"}}));
  EXPECT_TRUE(write.outcome_unknown);
  const EtcdFailure reading = failure_of(client_->read("a"));
  EXPECT_FALSE(reading.outcome_unknown);
  EXPECT_THAT(reading.text, HasSubstr(etcd_->member(2).url() + ": connection refused"));
  etcd_->restart(1);
  await_leader(*client_);
  EXPECT_TRUE(put("b", "1").succeeded);
}

TEST_F(EtcdFailoverTest, WritesGoOnWhenMembersDieOneAfterTheOther) {
  put("a", "0");
  etcd_->process(0).end();
  let_others_elect();
  EXPECT_TRUE(put("a", "1").succeeded);
  etcd_->restart(0);
  EtcdSettings others = settings({etcd_->member(0).url(), etcd_->member(2).url()});
  etcd_->process(1).end();
  auto client = EtcdClient::make(others);
  await_leader(**client);
  EXPECT_EQ(read("a"), "a=1");
}

}  // namespace
}  // namespace stickler::cluster
