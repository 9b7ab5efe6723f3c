// SPDX-License-Identifier: MIT
#include "balance/stick.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

constexpr TimePoint kNow{std::chrono::hours(1000)};

class StickTest : public testing::Test {
 protected:
  StickTest() {
    config_.tables.push_back({.name = "t", .origin = {}});
    backend_.name = "b";
    backend_.stick.emplace();
    backend_.stick->table = "t";
    backend_.stick->key.sources.push_back({config::KeySource::Kind::query, "k"});
    servers({"s1", "s2", "s3"});
  }
  void servers(const std::vector<std::string>& names) {
    backend_.servers.clear();
    for (const std::string& name : names) backend_.servers.emplace_back().name = name;
    tables_.prepare(config_, kNow);
    auto made = Stick::make(backend_, config_.tables[0], tables_);
    ASSERT_TRUE(made.ok()) << made.error();
    stick_ = std::move(*made);
  }
  KeyVerdict find(std::string_view query) {
    KeyFacts facts;
    facts.query = query;
    return stick_->find(facts, kNow, scratch_);
  }

  config::Config config_;
  config::Backend backend_;
  StickTables tables_{[](std::string_view key) { return std::string(key); }};
  std::unique_ptr<Stick> stick_;
  std::string scratch_;
};

TEST_F(StickTest, AKeyBecomesWhoseServerIsChosen) {
  KeyVerdict verdict = find("k=a");
  EXPECT_EQ(verdict.text, "a");
  EXPECT_FALSE(verdict.owner);
  stick_->settle(verdict, 1, kNow);
  EXPECT_EQ(verdict.server, 1U);
  EXPECT_EQ(find("k=a").server, 1U);
  EXPECT_EQ(find("k=a").owner_name, "s2");
}

TEST_F(StickTest, WhoIsSlowerObeys) {
  KeyVerdict first = find("k=a");
  KeyVerdict second = find("k=a");
  stick_->settle(first, 0, kNow);
  stick_->settle(second, 2, kNow);
  EXPECT_EQ(second.server, 0U);
}

TEST_F(StickTest, RequestsThatLoseTheirServerTogetherMoveTogether) {
  KeyVerdict made = find("k=a");
  stick_->settle(made, 0, kNow);
  KeyVerdict first = find("k=a");
  KeyVerdict second = find("k=a");
  stick_->settle(first, 1, kNow);
  stick_->settle(second, 2, kNow);
  EXPECT_EQ(first.server, 1U);
  EXPECT_EQ(second.server, 1U);
}

TEST_F(StickTest, JoiningTakesNoKeyFromAnybody) {
  KeyVerdict verdict = find("k=a");
  stick_->join(verdict, 0, kNow);
  EXPECT_EQ(find("k=a").server, 0U);
  KeyVerdict again = find("k=a");
  stick_->join(again, 2, kNow);
  EXPECT_EQ(find("k=a").server, 0U);
}

TEST_F(StickTest, AServerThatIsGoneIsKnownByName) {
  KeyVerdict verdict = find("k=a");
  stick_->settle(verdict, 2, kNow);
  servers({"s2", "s1"});
  verdict = find("k=a");
  EXPECT_TRUE(verdict.owner);
  EXPECT_FALSE(verdict.server);
  EXPECT_EQ(verdict.owner_name, "s3");
  stick_->settle(verdict, 1, kNow);
  EXPECT_EQ(find("k=a").owner_name, "s1");
}

TEST_F(StickTest, ServersKeepTheirKeysUnderTheirNames) {
  KeyVerdict verdict = find("k=a");
  stick_->settle(verdict, 0, kNow);
  servers({"s3", "s2", "s1"});
  EXPECT_EQ(find("k=a").server, 2U);
}

TEST_F(StickTest, AnAnswerTellsKeys) {
  backend_.stick->learn.emplace();
  backend_.stick->learn->set_cookie = "JSESSIONID";
  servers({"s1", "s2"});
  const std::vector<http::Field> answer{
      {"Set-Cookie", "other=1", http::FieldId::set_cookie},
      {"Set-Cookie", "JSESSIONID=abc; Path=/; HttpOnly", http::FieldId::set_cookie}};
  stick_->learn(answer, 1, kNow);
  EXPECT_EQ(find("k=abc").server, 1U);
  EXPECT_FALSE(find("k=1").owner);
}

TEST_F(StickTest, LookingIsNoUse) {
  KeyVerdict verdict = find("k=a");
  stick_->settle(verdict, 0, kNow);
  KeyFacts facts;
  facts.query = "k=a";
  const TimePoint later = kNow + std::chrono::minutes(1);
  EXPECT_EQ(stick_->look(facts, later, scratch_).unused, std::chrono::minutes(1));
  EXPECT_EQ(stick_->look(facts, later, scratch_).server, 0U);
}

}  // namespace
}  // namespace stickler::balance
