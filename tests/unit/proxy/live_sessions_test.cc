// SPDX-License-Identifier: MIT
#include "proxy/live_sessions.h"

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using Doing = LiveSession::Doing;

class LiveSessionsTest : public test::House {
 protected:
  std::vector<LiveSession> now() { return live_sessions(service(), 100); }
  Doing doing() {
    const std::vector<LiveSession> sessions = now();
    EXPECT_EQ(sessions.size(), 1U);
    return sessions.empty() ? Doing::request : sessions.front().doing;
  }
};

TEST_F(LiveSessionsTest, FollowsARequestFromItsServerToItsClient) {
  EXPECT_TRUE(now().empty());
  ask(test::kGet);
  accept();
  EXPECT_EQ(doing(), Doing::response);
  const LiveSession session = now().front();
  EXPECT_EQ(session.listener, "web");
  EXPECT_EQ(session.backend, "app");
  EXPECT_EQ(session.server, "s1");
  EXPECT_EQ(session.request_line, "GET / HTTP/1.1");
  EXPECT_EQ(session.reason, "roundrobin");
  reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
  EXPECT_EQ(doing(), Doing::relay);
  reply("k");
  EXPECT_TRUE(now().empty());
  close_up();
}

TEST_F(LiveSessionsTest, ARequestWithoutAPlaceIsInTheQueue) {
  backend_settings().servers[0].maxconn = 1;
  ask(test::kGet);
  accept();
  visit();
  ask(test::kGet);
  const std::vector<LiveSession> sessions = now();
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[1].doing, Doing::queue);
  EXPECT_EQ(sessions[1].server, "");
  close_up();
}

TEST_F(LiveSessionsTest, ATunnelIsOneUntilItEnds) {
  ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  accept();
  reply("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(doing(), Doing::tunnel);
  close_up();
  EXPECT_TRUE(now().empty());
}

TEST_F(LiveSessionsTest, ShowsNoMoreThanAreWanted) {
  ask(test::kGet);
  visit();
  ask(test::kGet);
  EXPECT_EQ(live_sessions(service(), 1).size(), 1U);
  close_up();
}

}  // namespace
}  // namespace stickler::proxy
