// SPDX-License-Identifier: MIT
#include "proxy/tunnel.h"

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using test::kSoon;
using test::pattern;

constexpr std::string_view kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

class TunnelTest : public test::House {
 protected:
  void open_tunnel(std::string_view early_from_client = "",
                   std::string_view early_from_server = "") {
    ask(std::string(kUpgrade) + std::string(early_from_client));
    accept();
    head_ = request();
    reply(std::string(kSwitching) + std::string(early_from_server));
  }
  // Sends all of `bytes` from one end and returns what arrives at the other, read in small steps.
  std::string carry(test::Peer& from, test::Peer& to, std::string_view bytes) {
    std::string received;
    for (std::size_t sent = 0; received.size() < bytes.size();) {
      sent += from.send(bytes.substr(sent));
      settle();
      received += to.receive(20'000);
    }
    return received;
  }
  std::string head_;
};

TEST_F(TunnelTest, CarriesBytesBothWays) {
  open_tunnel();
  EXPECT_EQ(answer(), kSwitching);
  ask("ping");
  EXPECT_EQ(request(), "ping");
  reply("pong");
  EXPECT_EQ(answer(), "pong");
  close_up();
}

// Their messages wait for each other, and none is lost when its sender leaves at once.
TEST_F(TunnelTest, CarriesTheLastMessagesOfBothSidesAtOnce) {
  open_tunnel();
  EXPECT_EQ(answer(), kSwitching);
  client().send("last words");
  server().send("last answer");
  client().finish();
  server().finish();
  settle();
  EXPECT_EQ(request(), "last words");
  EXPECT_EQ(answer(), "last answer");
  close_up();
}

TEST_F(TunnelTest, AsksTheServerToSwitch) {
  open_tunnel();
  EXPECT_NE(head_.find("Connection: Upgrade\r\nUpgrade: websocket\r\n"), std::string::npos);
  close_up();
}

TEST_F(TunnelTest, DeliversWhatCameEarly) {
  open_tunnel("from client", "from server");
  EXPECT_EQ(request(), "from client");
  EXPECT_EQ(answer(), std::string(kSwitching) + "from server");
  close_up();
}

TEST_F(TunnelTest, CarriesMuchUnchangedToSlowReaders) {
  const std::string bytes = pattern(500'000);
  open_tunnel();
  answer();
  EXPECT_EQ(carry(client(), server(), bytes), bytes);
  EXPECT_EQ(carry(server(), client(), bytes), bytes);
  close_up();
  EXPECT_EQ(record().bytes_from_client, bytes.size());
}

TEST_F(TunnelTest, ReadsNoFasterThanTheOtherSideTakes) {
  open_tunnel();
  const std::string bytes = pattern(64 * 1024);
  for (auto [from, most] : {std::pair{&client(), 1'000'000U}, {&server(), 200'000U}}) {
    std::size_t sent = 0;
    for (int idle = 0; idle < 10; ++idle) {
      std::size_t taken = from->send(bytes);
      if (taken > 0) idle = 0;
      sent += taken;
      settle();
    }
    EXPECT_LT(sent, most);
  }
  close_up();
}

TEST_F(TunnelTest, StaysOpenForTheOtherSideWhenOneHasFinished) {
  for (bool client_first : {true, false}) {
    visit();
    open_tunnel();
    answer();
    test::Peer& first = client_first ? client() : server();
    test::Peer& second = client_first ? server() : client();
    first.send("last words");
    first.finish();
    settle();
    EXPECT_EQ(second.receive(), "last words");
    EXPECT_TRUE(second.ended());
    EXPECT_EQ(carry(second, first, "and mine"), "and mine");
    second.finish();
    settle();
    EXPECT_TRUE(first.ended());
    EXPECT_EQ(flags(), "----");
  }
  close_up();
}

TEST_F(TunnelTest, DeliversWhatIsStillUnderWayBeforeTheEnd) {
  const std::string bytes = pattern(60'000);
  open_tunnel();
  answer();
  EXPECT_EQ(server().send(bytes.substr(0, 3000)), 3000U);
  std::string received = carry(server(), client(), std::string_view(bytes).substr(3000, 40'000));
  server().finish();
  settle();
  received += client().receive();
  EXPECT_EQ(received, bytes.substr(0, 43'000));
  settle();
  EXPECT_TRUE(client().ended());
  close_up();
}

TEST_F(TunnelTest, EndsForBothWhenOneIsReset) {
  for (bool client_leaves : {true, false}) {
    visit();
    open_tunnel();
    answer();
    // Unread bytes make of a close a reset.
    (client_leaves ? server() : client()).send("unread");
    settle();
    (client_leaves ? client() : server()).leave();
    settle();
    EXPECT_TRUE((client_leaves ? server() : client()).ended());
    EXPECT_EQ(flags(), client_leaves ? "CD--" : "SD--");
    EXPECT_EQ(backend().active(), 0U);
  }
  close_up();
}

TEST_F(TunnelTest, EndsAfterSilence) {
  backend_settings().timeouts.tunnel = kSoon;
  open_tunnel();
  finish();
  EXPECT_EQ(flags(), "cD--");
  EXPECT_NE(record().failure.find("timeouts.tunnel"), std::string::npos);
}

TEST_F(TunnelTest, EndsAtItsAgeHoweverBusy) {
  backend_settings().timeouts.tunnel_age = kSoon;
  open_tunnel();
  const std::string bytes = pattern(2000);
  TimePoint began = loop().now();
  while (running() > 0 && loop().now() - began < test::kPlenty) {
    client().send(bytes);
    server().send(bytes);
    client().receive();
    server().receive();
    settle();
  }
  EXPECT_EQ(running(), 0U);
  EXPECT_NE(record().failure.find("timeouts.tunnel_age"), std::string::npos);
}

TEST_F(TunnelTest, CountsAsOneRequestAtItsServerUntilItEnds) {
  open_tunnel();
  EXPECT_EQ(backend().active(), 1U);
  client().leave();
  server().leave();
  settle();
  EXPECT_EQ(backend().active(), 0U);
  EXPECT_EQ(record().status, 101U);
  close_up();
}

}  // namespace
}  // namespace stickler::proxy
