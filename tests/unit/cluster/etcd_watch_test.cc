// SPDX-License-Identifier: MIT
#include "cluster/etcd_watch.h"

#include "cluster/etcd_fixture.h"

namespace stickler::cluster {
namespace {

using Kind = EtcdFailure::Kind;
using net::test::kSoon;

class EtcdWatchTest : public test::EtcdFixture {
 protected:
  static void SetUpTestSuite() {
    if (test::etcd_is_installed()) etcd_ = std::make_unique<test::EtcdCluster>(1);
  }
  static void TearDownTestSuite() { etcd_.reset(); }

  void SetUp() override {
    EtcdFixture::SetUp();
    if (etcd_) use(etcd_->urls());
  }
  static std::unique_ptr<test::EtcdCluster> etcd_;
};

std::unique_ptr<test::EtcdCluster> EtcdWatchTest::etcd_;

TEST_F(EtcdWatchTest, TellsWhatHappensFromARevisionOn) {
  put("tells/a", "0");
  const std::int64_t seen = value_of(client_->read_prefix("tells/")).header.revision;
  put("tells/a", "1");
  put("other/a", "1");
  EtcdWatch watch(*client_, "tells/");
  watch.start_at(seen + 1);
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(next(watch), "tells/a=1");
  value_of(client_->commit({}, {EtcdWrite{"tells/a", std::nullopt}, EtcdWrite{"tells/b", "2"}}));
  EXPECT_EQ(next(watch), "-tells/a tells/b=2");
  EXPECT_TRUE(value_of(watch.next(kSoon)).empty());
  EXPECT_TRUE(watch.is_open());
}

TEST_F(EtcdWatchTest, AnEventSaysWhenAndUnderWhichLease) {
  const std::int64_t lease = value_of(client_->grant_lease(std::chrono::seconds(90)));
  EtcdWatch watch(*client_, "event/");
  EXPECT_EQ(next(watch), "created");
  const std::int64_t revision = put("event/a", "1", lease).header.revision;
  const EtcdBatch batch = value_of(watch.next(net::test::kPlenty));
  ASSERT_EQ(batch.events.size(), 1U);
  EXPECT_EQ(batch.events[0].key.mod_revision, revision);
  EXPECT_EQ(batch.events[0].key.lease, lease);
  EXPECT_EQ(batch.header.revision, revision);
  value_of(client_->revoke(lease));
  EXPECT_EQ(next(watch), "-event/a");
}

TEST_F(EtcdWatchTest, GoesOnWhereItWasWhenReopened) {
  EtcdWatch watch(*client_, "goes/");
  EXPECT_EQ(next(watch), "created");
  put("goes/a", "1");
  EXPECT_EQ(next(watch), "goes/a=1");
  watch.close();
  put("goes/a", "2");
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(next(watch), "goes/a=2");
}

TEST_F(EtcdWatchTest, SaysWhenItEndsAndLosesNothing) {
  EtcdWatch watch(*client_, "ends/");
  EXPECT_EQ(next(watch), "created");
  etcd_->restart();
  EXPECT_EQ(failure_of(watch.next(net::test::kPlenty)).kind, Kind::unreachable);
  EXPECT_FALSE(watch.is_open());
  put("ends/a", "1");
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(next(watch), "ends/a=1");
}

TEST_F(EtcdWatchTest, ClosedWhileItWaitsItSaysNothingAndReopens) {
  EtcdWatch watch(*client_, "closed/");
  EXPECT_EQ(next(watch), "created");
  std::optional<test::Got<EtcdBatch>> waiting;
  loop_.start(loop_.store(watch.next(net::test::kPlenty), waiting));
  loop_.settle();
  watch.close();
  loop_.finish();
  EXPECT_TRUE(waiting->ok() && (*waiting)->empty());
  EXPECT_EQ(next(watch), "created");
}

TEST_F(EtcdWatchTest, DoesNotHinderACallOfTheSameClient) {
  EtcdWatch watch(*client_, "both/");
  EXPECT_EQ(next(watch), "created");
  std::optional<test::Got<EtcdBatch>> waiting;
  loop_.start(loop_.store(watch.next(net::test::kPlenty), waiting));
  loop_.settle();
  EXPECT_FALSE(waiting);
  std::optional<test::Got<EtcdCommit>> commit;
  std::vector<EtcdWrite> writes{{"both/a", "1"}};
  loop_.start(loop_.store(client_->commit({}, std::move(writes)), commit));
  loop_.finish();
  EXPECT_TRUE(commit->ok());
  EXPECT_EQ(text_of(**waiting), "both/a=1");
}

TEST_F(EtcdWatchTest, SaysWhatIsForgotten) {
  const std::int64_t first = put("compacted/a", "1").header.revision;
  const std::int64_t last = put("compacted/a", "2").header.revision;
  administer(etcd_->member().url(), "/v3/kv/compaction",
             R"({"revision":")" + std::to_string(last) + R"("})");
  EtcdWatch watch(*client_, "compacted/");
  watch.start_at(first);
  std::string said = next(watch);
  if (said == "created") said = next(watch);
  EXPECT_EQ(said, "compacted");
  watch.start_at(last);
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(next(watch), "compacted/a=2");
}

TEST_F(EtcdWatchTest, TellsEveryEventOfManyLargeWrites) {
  EtcdWatch watch(*client_, "many/");
  EXPECT_EQ(next(watch), "created");
  std::vector<EtcdWrite> writes;
  for (int n = 0; n < 100; ++n) writes.push_back({"many/" + std::to_string(n), "x"});
  for (int n = 0; n < 10; ++n) value_of(client_->commit({}, writes));
  std::size_t told = 0;
  while (told < 1000) told += value_of(watch.next(net::test::kPlenty)).events.size();
  EXPECT_EQ(told, 1000U);
}

TEST_F(EtcdWatchTest, EndsWithItsClient) {
  EtcdWatch watch(*client_, "cancelled/");
  EXPECT_EQ(next(watch), "created");
  std::optional<test::Got<EtcdBatch>> waiting;
  loop_.start(loop_.store(watch.next(kNoLimit), waiting));
  loop_.settle();
  client_->cancel();
  loop_.finish();
  EXPECT_EQ(waiting->error().kind, Kind::cancelled);
  EXPECT_EQ(failure_of(watch.next(kSoon)).kind, Kind::cancelled);
}

}  // namespace
}  // namespace stickler::cluster
