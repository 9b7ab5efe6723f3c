// SPDX-License-Identifier: MIT
// Explanations as programs read them.
#include "observe/explain_json.h"

#include <nlohmann/json.hpp>

#include "observe/explain_fixture.h"

namespace stickler::observe {
namespace {

class ExplainJson : public ExplainTest {
 protected:
  static nlohmann::json json(const Explanation& explanation) {
    return nlohmann::json::parse(explanation_json(explanation));
  }
};

TEST_F(ExplainJson, HoldsEveryStep) {
  given("routes = { git = { path_prefix = \"/git/\"; server = \"one\"; }; };",
        "cookie = { name = \"N\"; maxidle = \"24h\"; };");
  const auto all = json(with_cookie("N=two|" + stamp(400)));
  EXPECT_EQ(all["request"], "GET http://a.example/");
  EXPECT_EQ(all["listener"]["name"], "web");
  EXPECT_EQ(all["listener"]["line"], 1);
  EXPECT_EQ(all["route"], nullptr);
  EXPECT_EQ(all["routes"][0]["mismatch"], "path does not begin with /git/");
  EXPECT_EQ(all["backend"]["name"], "app");
  EXPECT_EQ(all["cookie"]["state"], "valid");
  EXPECT_EQ(all["cookie"]["last_used_ago"], 400);
  EXPECT_EQ(all["cookie"]["first_used_ago"], nullptr);
  EXPECT_EQ(all["cookie"]["good_for"], 86'000);
  EXPECT_EQ(all["servers"][0]["state"], "up");
  EXPECT_EQ(all["answer"]["servers"], nlohmann::json({"two"}));
  EXPECT_EQ(all["answer"]["kind"], "server");
  EXPECT_EQ(all["answer"]["reason"], "cookie");
  EXPECT_EQ(all["answer"]["cookie_flags"], "VU");
  EXPECT_EQ(all["if_down"]["server"], "two");
  EXPECT_EQ(all["if_down"]["servers"], nlohmann::json({"one", "three"}));
}

TEST_F(ExplainJson, IsNullWhereNothingIsKnown) {
  given(R"(listeners = { web = { bind = ":80"; redirect = { scheme = "https"; }; }; };
    backends = { app = { servers = { one = { address = "10.0.0.1"; }; }; }; };)");
  const auto all = json(explained());
  for (const char* key : {"route", "backend", "cookie", "if_down"}) EXPECT_EQ(all[key], nullptr);
  EXPECT_EQ(all["answer"]["status"], 302);
  EXPECT_EQ(all["answer"]["location"], "https://a.example/");
}

TEST_F(ExplainJson, SurvivesBytesThatAreNoText) {
  given("", "cookie = { name = \"N\"; };");
  EXPECT_EQ(json(with_cookie("N=\xff"))["cookie"]["value"], "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace stickler::observe
