// SPDX-License-Identifier: MIT
#include "cluster/etcd_client.h"

#include "backend/scripted_server.h"
#include "cluster/etcd_fixture.h"

namespace stickler::cluster {
namespace {

using testing::StartsWith;
using Kind = EtcdFailure::Kind;
using How = EtcdCompare::How;
using What = EtcdCompare::What;

// One member for all tests here: each has a prefix of its own.
class EtcdClientTest : public test::EtcdFixture {
 protected:
  static void SetUpTestSuite() {
    if (test::etcd_is_installed()) etcd_ = std::make_unique<test::EtcdCluster>(1);
  }
  static void TearDownTestSuite() { etcd_.reset(); }

  void SetUp() override {
    EtcdFixture::SetUp();
    if (etcd_) use(etcd_->urls());
  }
  std::string key(const std::string& name) const {
    return std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + "/" + name;
  }
  bool commit(const EtcdCompare& condition, const EtcdWrite& write) {
    return value_of(client_->commit({condition}, {write})).succeeded;
  }
  EtcdKey entry(const std::string& name) {
    EtcdReading reading = value_of(client_->read(name));
    EXPECT_EQ(reading.keys.size(), 1U) << name;
    return reading.keys.empty() ? EtcdKey() : std::move(reading.keys.front());
  }
  std::int64_t grant() { return value_of(client_->grant_lease(std::chrono::seconds(90))); }

  static std::unique_ptr<test::EtcdCluster> etcd_;
};

std::unique_ptr<test::EtcdCluster> EtcdClientTest::etcd_;

TEST_F(EtcdClientTest, ReadsWhatWasWritten) {
  const std::string bytes("\0\xff\n\"", 4);
  const EtcdCommit commit = put(key("a"), bytes);
  EXPECT_TRUE(commit.succeeded);
  const EtcdReading reading = value_of(client_->read(key("a")));
  ASSERT_EQ(reading.keys.size(), 1U);
  EXPECT_EQ(reading.keys[0].key, key("a"));
  EXPECT_EQ(reading.keys[0].value, bytes);
  EXPECT_EQ(reading.keys[0].mod_revision, commit.header.revision);
  EXPECT_EQ(reading.keys[0].create_revision, commit.header.revision);
  EXPECT_EQ(reading.header.cluster_id, commit.header.cluster_id);
  EXPECT_GT(reading.header.cluster_id, 0U);
  EXPECT_GT(reading.header.raft_term, 0U);
}

TEST_F(EtcdClientTest, ReadsAllKeysBelowAPrefixAndNoOther) {
  put(key("a/1"), "one");
  put(key("a/2"), "");
  put(key("b"), "no");
  EXPECT_EQ(read(key("a/")), key("a/1") + "=one " + key("a/2") + "=");
  EXPECT_EQ(read(key("c")), "");
  EXPECT_GE(value_of(client_->read_prefix("")).keys.size(), 3U);
}

TEST_F(EtcdClientTest, CreatesAKeyOnce) {
  const EtcdCompare absent{key("a"), What::create_revision, How::equal, 0};
  EXPECT_TRUE(commit(absent, {key("a"), "mine"}));
  EXPECT_FALSE(commit(absent, {key("a"), "yours"}));
  EXPECT_EQ(read(key("")), key("a") + "=mine");
}

TEST_F(EtcdClientTest, WritesOnlyWhatNobodyHasChanged) {
  const std::int64_t seen = put(key("a"), "1").header.revision;
  const EtcdCompare unchanged{key("a"), What::mod_revision, How::equal, seen};
  EXPECT_TRUE(commit(unchanged, {key("a"), "2"}));
  EXPECT_FALSE(commit(unchanged, {key("a"), "3"}));
  EXPECT_TRUE(commit({key("a"), What::mod_revision, How::greater, seen}, {key("a"), "4"}));
  EXPECT_FALSE(commit({key("a"), What::create_revision, How::greater, seen}, {key("a"), "5"}));
  EXPECT_EQ(read(key("")), key("a") + "=4");
}

TEST_F(EtcdClientTest, WritesAllOrNothing) {
  put(key("a"), "1");
  const EtcdCompare there{key("a"), What::create_revision, How::greater, 0};
  const EtcdCompare absent{key("b"), What::create_revision, How::equal, 0};
  const std::vector<EtcdWrite> writes{{key("a"), std::nullopt}, {key("b"), "2"}, {key("c"), "3"}};
  EXPECT_TRUE(value_of(client_->commit({there, absent}, writes)).succeeded);
  EXPECT_FALSE(value_of(client_->commit({there, absent}, writes)).succeeded);
  EXPECT_EQ(read(key("")), key("b") + "=2 " + key("c") + "=3");
}

TEST_F(EtcdClientTest, ALeaseTakesItsKeysAlong) {
  const std::int64_t lease = grant();
  put(key("a"), "1", lease);
  EXPECT_EQ(entry(key("a")).lease, lease);
  EXPECT_TRUE(value_of(client_->keep_alive(lease)));
  EXPECT_TRUE(value_of(client_->revoke(lease)));
  EXPECT_EQ(read(key("")), "");
  EXPECT_FALSE(value_of(client_->keep_alive(lease)));
  EXPECT_FALSE(value_of(client_->revoke(lease)));
}

TEST_F(EtcdClientTest, ALeaseThatIsNotThereIsRejected) {
  const std::int64_t lease = grant();
  EXPECT_TRUE(value_of(client_->revoke(lease)));
  const EtcdFailure failure = failure_of(client_->commit({}, {EtcdWrite{key("a"), "1", lease}}));
  EXPECT_EQ(failure.kind, Kind::rejected);
  EXPECT_FALSE(failure.outcome_unknown);
  EXPECT_EQ(failure.text,
            "etcd at " + etcd_->member().url() + ": etcdserver: requested lease not found");
}

TEST_F(EtcdClientTest, ManyCallsAtOnce) {
  std::vector<std::optional<test::Got<EtcdCommit>>> commits(20);
  for (std::size_t n = 0; n < commits.size(); ++n) {
    std::vector<EtcdWrite> write{{key(std::to_string(n)), "x"}};
    loop_.start(loop_.store(client_->commit({}, std::move(write)), commits[n]));
  }
  loop_.finish();
  for (const auto& commit : commits) EXPECT_TRUE(commit && commit->ok());
  EXPECT_EQ(value_of(client_->read_prefix(key(""))).keys.size(), commits.size());
}

TEST_F(EtcdClientTest, FindsItAgainAfterARestart) {
  put(key("a"), "1");
  etcd_->restart();
  EXPECT_TRUE(put(key("a"), "2").succeeded);
  EXPECT_EQ(read(key("")), key("a") + "=2");
}

TEST_F(EtcdClientTest, GoesOnToTheNextIfTheFirstIsNotThere) {
  const std::string dead = "http://127.0.0.1:" + std::to_string(test::free_port());
  use({dead, etcd_->member().url()});
  EXPECT_TRUE(put(key("a"), "1").succeeded);
  use({dead, dead});
  const EtcdFailure failure = failure_of(client_->commit({}, {EtcdWrite{key("a"), "2"}}));
  EXPECT_EQ(failure.kind, Kind::unreachable);
  EXPECT_FALSE(failure.outcome_unknown);
  EXPECT_EQ(failure.text,
            "etcd at " + dead + ": connection refused; etcd at " + dead + ": connection refused");
}

TEST_F(EtcdClientTest, AWriteWithoutAnAnswerIsNotRepeated) {
  backend::test::ScriptedServer quitter(backend::test::hangs_up());
  use({"http://" + quitter.address().text(), etcd_->member().url()});
  const EtcdFailure failure = failure_of(client_->commit({}, {EtcdWrite{key("a"), "1"}}));
  EXPECT_TRUE(failure.outcome_unknown);
  EXPECT_EQ(failure.kind, Kind::unreachable);
  EXPECT_EQ(read(key("")), "");  // which went on to etcd
}

TEST_F(EtcdClientTest, WhatIsNotEtcdIsABadAnswer) {
  backend::test::ScriptedServer other(
      backend::test::answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"));
  use({"http://" + other.address().text()});
  const EtcdFailure failure = failure_of(client_->read("a"));
  EXPECT_EQ(failure.kind, Kind::bad_answer);
  EXPECT_FALSE(failure.outcome_unknown);
  EXPECT_EQ(failure.text, "etcd: an answer that is not etcd's: 'hello'");
}

TEST_F(EtcdClientTest, CancelEndsAllCallsAndLaterOnes) {
  backend::test::ScriptedServer silent(backend::test::stays_silent());
  use({"http://" + silent.address().text()});
  std::optional<test::Got<EtcdReading>> read;
  std::optional<test::Got<EtcdCommit>> commit;
  std::vector<EtcdWrite> writes{{"a", "1"}};
  loop_.start(loop_.store(client_->read("a"), read));
  loop_.start(loop_.store(client_->commit({}, std::move(writes)), commit));
  loop_.settle();
  EXPECT_FALSE(read || commit);
  client_->cancel();
  loop_.finish();
  EXPECT_EQ(read->error().kind, Kind::cancelled);
  EXPECT_FALSE(read->error().outcome_unknown);
  EXPECT_EQ(commit->error().kind, Kind::cancelled);
  EXPECT_TRUE(commit->error().outcome_unknown);
  EXPECT_EQ(failure_of(client_->read("a")).kind, Kind::cancelled);
}

TEST(EtcdClientMake, SaysWhatIsWrongWithItsSettings) {
  EtcdSettings settings;
  EXPECT_EQ(EtcdClient::make(settings).error(), "etcd has no endpoints");
  settings.endpoints = {"10.0.0.1:2379"};
  EXPECT_EQ(EtcdClient::make(settings).error(),
            "'10.0.0.1:2379' is no endpoint like http://10.0.0.1:2379");
  settings.endpoints = {"https://10.0.0.1"};
  settings.ca = "/nowhere/ca.pem";
  EXPECT_THAT(EtcdClient::make(settings).error(), StartsWith("/nowhere/ca.pem: cannot be read: "));
}

}  // namespace
}  // namespace stickler::cluster
