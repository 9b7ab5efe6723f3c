// SPDX-License-Identifier: MIT
#include "balance/moved_session.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "balance/decision_fixture.h"

namespace stickler::balance {
namespace {

// The key of a request with these Cookie fields, from this address.
std::optional<std::uint64_t> key_of(const std::vector<std::string>& cookies,
                                    std::string_view address = "home") {
  std::vector<http::Field> fields;
  for (const std::string& cookie : cookies) {
    fields.push_back({"Cookie", cookie, http::FieldId::cookie});
  }
  return moved_session_key(fields, "SRV", address);
}

TEST(MovedSession, IsToldFromOthersByTheOtherCookies) {
  EXPECT_NE(key_of({"SRV=s1; sid=ann"}), key_of({"SRV=s1; sid=bob"}));
  EXPECT_NE(key_of({"SRV=s1; sid=ann"}), key_of({"SRV=s1; uid=ann"}));
}

TEST(MovedSession, IsTheSameWhateverThePersistenceCookieSays) {
  EXPECT_EQ(key_of({"SRV=s1; sid=ann"}), key_of({"sid=ann; SRV=s2|YAaaa"}));
  EXPECT_EQ(key_of({"SRV=s1; sid=ann"}), key_of({"SRV=s1", "sid=ann"}));
}

TEST(MovedSession, IsToldFromOthersByTheAddress) {
  EXPECT_NE(key_of({"sid=ann"}, "home"), key_of({"sid=ann"}, "work"));
}

TEST(MovedSession, WithoutOtherCookiesCannotBeTold) {
  EXPECT_EQ(key_of({}), std::nullopt);
  EXPECT_EQ(key_of({"SRV=s1"}), std::nullopt);
}

TEST(MovedSession, SpreadsByWeight) {
  TestServers servers(std::vector<std::uint32_t>{1, 3});
  std::map<std::size_t, int> chosen;
  for (std::uint64_t key = 0; key < 10'000; ++key) {
    ++chosen[choose_for_moved_session(all_but(servers.all(), {}), key).value()];
  }
  EXPECT_NEAR(chosen[1], 7'500, 200);
}

TEST(MovedSession, FindsNoServerWhereThereIsNone) {
  TestServers servers(2);
  EXPECT_EQ(choose_for_moved_session(all_but(servers.all(), {0, 1}), 7), std::nullopt);
}

class MovedSessionDecision : public DecisionTest {
 protected:
  // The server of a request that came with a cookie of s1 and this one.
  std::string server_for(const std::string& cookie) {
    http::Field field{"Cookie", cookie, http::FieldId::cookie};
    question_.fields = {&field, 1};
    Choice choice = decide_now();
    return choice.server ? servers_[*choice.server].name : "none";
  }
};

TEST_F(MovedSessionDecision, IsTheSameBeforeAndAfterTheCheckNoticed) {
  with_cookie_of(1);
  std::map<std::string, int> chosen;
  for (int i = 0; i < 20; ++i) {
    std::string cookie = "sid=" + std::to_string(i);
    given({"up", "up", "up"});
    having_tried({1});
    std::string noticed_by_failure = server_for(cookie);
    given({"down", "up", "up"});
    having_tried({});
    EXPECT_EQ(server_for(cookie), noticed_by_failure);
    ++chosen[noticed_by_failure];
  }
  EXPECT_GT(chosen["s2"], 2);
  EXPECT_GT(chosen["s3"], 2);
}

TEST_F(MovedSessionDecision, ConcernsNobodyWithoutASession) {
  given({"down", "up", "up"});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(server_for("sid=" + std::to_string(i)), "s2");
}

}  // namespace
}  // namespace stickler::balance
