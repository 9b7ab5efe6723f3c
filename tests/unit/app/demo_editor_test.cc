// SPDX-License-Identifier: MIT
// What a server of the demo answers: to its own sessions, to those of others, and to its switches.
#include "app/demo_editor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace stickler::app {
namespace {

using http::Method;
using testing::HasSubstr;

// Three servers; the tests talk to the first two.
class DemoEditorTest : public testing::Test {
 protected:
  DemoReply get(DemoEditor& editor, const std::string& path, const std::string& session = "") {
    return editor.answer({.path = path, .session = session});
  }
  DemoReply post(DemoEditor& editor, const std::string& path, const std::string& session = "",
                 const std::string& body = "") {
    return editor.answer({.method = Method::post, .path = path, .session = session, .body = body});
  }
  static std::string member(const DemoReply& reply, const char* name) {
    return nlohmann::json::parse(reply.body).at(name);
  }

  std::vector<DemoNeighbour> all_{{"demo-1"}, {"demo-2"}, {"demo-3"}};
  DemoEditor first_{all_, 0};
  DemoEditor second_{all_, 1};
};

TEST_F(DemoEditorTest, SaysThatItIsAlive) {
  EXPECT_EQ(get(second_, "/status").body, "demo-2 is alive\n");
}

TEST_F(DemoEditorTest, KeepsTheTextOfASession) {
  std::string session = get(first_, "/editor").session;
  post(first_, "/editor", session, "a letter");
  DemoReply reply = get(first_, "/editor", session);
  EXPECT_EQ(member(reply, "text"), "a letter");
  EXPECT_EQ(reply.session, "");
}

TEST_F(DemoEditorTest, KeepsSessionsApart) {
  std::string mine = get(first_, "/editor").session;
  std::string other = get(first_, "/editor").session;
  post(first_, "/editor", mine, "mine");
  EXPECT_EQ(member(get(first_, "/editor", other), "text"), "");
}

TEST_F(DemoEditorTest, WelcomesSomebodyNewWithoutAWord) {
  EXPECT_EQ(member(get(first_, "/editor"), "moved"), "");
}

TEST_F(DemoEditorTest, SaysWhyASessionOfAStoppedServerIsNotHere) {
  std::string session = get(second_, "/editor").session;
  all_[1].running = false;
  DemoReply reply = get(first_, "/editor", session);
  EXPECT_THAT(member(reply, "moved"), HasSubstr("Your session was on demo-2, which is stopped"));
  EXPECT_THAT(reply.session, HasSubstr("demo-1."));
}

TEST_F(DemoEditorTest, SaysWhyASessionOfARunningServerIsNotHere) {
  std::string session = get(second_, "/editor").session;
  EXPECT_THAT(member(get(first_, "/editor", session), "moved"), HasSubstr("without the cookie"));
}

TEST_F(DemoEditorTest, SaysThatItHasForgottenASessionOfItsOwn) {
  std::string session = get(first_, "/editor").session;
  first_.forget_all();
  EXPECT_THAT(member(get(first_, "/editor", session), "moved"), HasSubstr("forgotten"));
}

TEST_F(DemoEditorTest, TakesNoTextIntoASessionThatIsNotHere) {
  std::string session = get(second_, "/editor").session;
  DemoReply reply = post(first_, "/editor", session, "lost?");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(member(reply, "text"), "");
}

TEST_F(DemoEditorTest, ForgetsTheOldestOfTooManySessions) {
  std::string oldest = get(first_, "/editor").session;
  std::string second_oldest = get(first_, "/editor").session;
  for (int i = 0; i < 999; ++i) get(first_, "/editor");
  EXPECT_EQ(post(first_, "/editor", oldest).status, 409);
}

TEST_F(DemoEditorTest, PassesASwitchOn) {
  DemoReply reply = post(first_, "/servers/demo-3/stop");
  ASSERT_TRUE(reply.change.has_value());
  EXPECT_EQ(reply.change->server, 2U);
  EXPECT_FALSE(reply.change->on);
  all_[2].running = false;
  EXPECT_TRUE(post(first_, "/servers/demo-3/start").change->on);
}

TEST_F(DemoEditorTest, DoesNotStopTheLastServer) {
  all_[0].running = all_[2].running = false;
  DemoReply reply = post(second_, "/servers/demo-2/stop");
  EXPECT_EQ(reply.status, 409);
  EXPECT_FALSE(reply.change.has_value());
}

TEST_F(DemoEditorTest, SwitchesNothingThatIsAskedForOtherwise) {
  for (const char* path : {"/servers/demo-4/stop", "/servers/demo-1/burn", "/servers/", "/"}) {
    EXPECT_FALSE(post(first_, path).change.has_value()) << path;
  }
  EXPECT_EQ(get(first_, "/servers/demo-1/stop").status, 404);
}

TEST_F(DemoEditorTest, AnswersTextThatIsNoUtf8) {
  std::string session = get(first_, "/editor").session;
  EXPECT_EQ(post(first_, "/editor", session, "\xff").status, 200);
}

}  // namespace
}  // namespace stickler::app
