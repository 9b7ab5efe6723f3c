// SPDX-License-Identifier: MIT
#include "observe/session_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace stickler::observe {
namespace {

using proxy::LiveSession;
using std::chrono::seconds;

LiveSession a_tunnel() {
  LiveSession session;
  session.doing = LiveSession::Doing::tunnel;
  session.client = "10.1.1.1:5000";
  session.listener = "web";
  session.backend = "app";
  session.server = "s1";
  session.request_line = "GET /ws \"a\" HTTP/1.1";
  session.reason = "cookie";
  session.age = seconds(3661);
  return session;
}

TEST(SessionLines, AreHaproxysWithOurWordsBehind) {
  LiveSession young;
  young.client = "[::1]:80";
  young.listener = "web";
  EXPECT_EQ(session_lines({a_tunnel(), young}),
            "0x1: proto=tcpv4 src=10.1.1.1:5000 fe=web be=app srv=s1 age=1h1m calls=1 "
            "state=tunnel request=\"GET /ws \\\"a\\\" HTTP/1.1\" reason=\"cookie\"\n"
            "0x2: proto=tcpv6 src=[::1]:80 fe=web be=<NONE> srv=<none> age=0s calls=1 "
            "state=request request=\"\"\n");
}

TEST(SessionLines, NameTheRouteThatDecided) {
  LiveSession session = a_tunnel();
  session.route = "git";
  session.client = "unix:";
  EXPECT_THAT(session_lines({session}), testing::HasSubstr(" state=tunnel route=git request="));
  EXPECT_THAT(session_lines({session}), testing::HasSubstr("proto=unix_stream "));
}

TEST(SessionLines, TellAgesInTheTwoLargestUnits) {
  const std::pair<seconds, const char*> kAges[] = {{seconds(59), "59s"},
                                                   {seconds(60), "1m"},
                                                   {seconds(3605), "1h5s"},
                                                   {seconds(90061), "1d1h"},
                                                   {seconds(86400 * 40), "40d"}};
  for (const auto& [age, text] : kAges) {
    LiveSession session = a_tunnel();
    session.age = age;
    EXPECT_THAT(session_lines({session}), testing::HasSubstr(std::string(" age=") + text + " "));
  }
}

TEST(SessionsJson, SaysTheSame) {
  const auto sessions = nlohmann::json::parse(sessions_json({a_tunnel()}));
  EXPECT_EQ(sessions[0]["age"], 3661.0);
  EXPECT_EQ(sessions[0]["state"], "tunnel");
  EXPECT_EQ(sessions[0]["route"], nullptr);
  EXPECT_EQ(sessions_json({}), "[]\n");
}

}  // namespace
}  // namespace stickler::observe
