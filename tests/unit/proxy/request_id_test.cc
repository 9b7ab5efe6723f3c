// SPDX-License-Identifier: MIT
#include "proxy/request_id.h"

#include <gtest/gtest.h>

#include <set>

#include "http/heads.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {
namespace {

using http::testing::Lines;

TEST(RequestIds, AreFifteenSmallLettersAndDigitsNoTwoAlike) {
  RequestIds one;
  RequestIds other;
  std::set<std::string> seen;
  for (int i = 0; i < 20'000; ++i) {
    for (const std::string& id : {one.next(), other.next()}) {
      ASSERT_EQ(id.find_first_not_of("0123456789abcdefghjkmnpqrstvwxyz"), std::string::npos) << id;
      ASSERT_EQ(id.size(), RequestIds::kSize);
      ASSERT_TRUE(seen.insert(id).second) << id;
    }
  }
}

TEST(RequestIds, OfOneWorkerEndAlikeAndBeginDifferently) {
  RequestIds ids;
  std::string first = ids.next();
  std::string second = ids.next();
  EXPECT_EQ(first.substr(13), second.substr(13));
  EXPECT_NE(first.substr(0, 6), second.substr(0, 6));
}

TEST(RequestIds, NeedNoMemoryOfTheirOwn) {
  RequestIds ids;
  std::string id = ids.next();
  const char* object = reinterpret_cast<const char*>(&id);
  EXPECT_GE(id.data(), object);
  EXPECT_LT(id.data(), object + sizeof id);
}

TEST(UsableRequestIds, HaveNothingThatWouldHaveToBeEscaped) {
  for (std::string_view good :
       {"a", "7f9c2ba4-e88f-4a3b-9c1d-5e6f7a8b9c0d", "Root=1-67891233-abcdef;Sampled=1",
        "0A000001:C8A2_0A000002:01BB_5F:1", "|3e1f.2.", "YWJj+/=@~,"}) {
    EXPECT_TRUE(is_usable_request_id(good)) << good;
  }
  EXPECT_TRUE(is_usable_request_id(std::string(128, 'x')));
  EXPECT_FALSE(is_usable_request_id(std::string(129, 'x')));
  EXPECT_FALSE(is_usable_request_id(""));
  constexpr std::string_view kGood =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~:;,/+=@|";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    EXPECT_EQ(is_usable_request_id(std::string("a") + c), kGood.find(c) != kGood.npos) << byte;
  }
}

class RequestIdOf : public testing::Test {
 protected:
  std::string id_of(Lines lines) {
    ListenerRules rules(listener_, 0, *balance::Routes::compile({}));
    facts_.listener = &rules;
    std::string bytes = http::testing::head_of(lines);
    http::RequestParser parser({});
    EXPECT_EQ(parser.parse(bytes), http::ParseStatus::complete) << bytes;
    return request_id_of(parser.head(), facts_, ids_);
  }
  bool is_ours(Lines lines) { return id_of(lines).size() == RequestIds::kSize; }

  config::Listener listener_;
  ConnectionFacts facts_;
  RequestIds ids_;
};

TEST_F(RequestIdOf, AClientIsOursWhateverItSends) {
  EXPECT_TRUE(is_ours({"GET / HTTP/1.1", "Host: h"}));
  EXPECT_TRUE(is_ours({"GET / HTTP/1.1", "Host: h", "X-Request-ID: mine"}));
}

TEST_F(RequestIdOf, ATrustedProxyIsKeptIfItIsOneAndUsable) {
  facts_.trusted = true;
  EXPECT_EQ(id_of({"GET / HTTP/1.1", "Host: h", "x-request-id: its-own"}), "its-own");
  EXPECT_TRUE(is_ours({"GET / HTTP/1.1", "Host: h"}));
  EXPECT_TRUE(is_ours({"GET / HTTP/1.1", "Host: h", "X-Request-ID: a b"}));
  EXPECT_TRUE(is_ours({"GET / HTTP/1.1", "Host: h", "X-Request-ID: a", "X-Request-ID: a"}));
}

TEST_F(RequestIdOf, AListenerMayHaveAnotherFieldOrNone) {
  facts_.trusted = true;
  listener_.request_id = "X-Trace";
  Lines lines = {"GET / HTTP/1.1", "Host: h", "X-Request-ID: a", "X-Trace: b"};
  EXPECT_EQ(id_of(lines), "b");
  listener_.request_id = "";
  EXPECT_EQ(id_of(lines), "");
  EXPECT_EQ(new_request_id(listener_, ids_), "");
}

}  // namespace
}  // namespace stickler::proxy
