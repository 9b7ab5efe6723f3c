// SPDX-License-Identifier: MIT
#include "proxy/relay.h"

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using test::body_in;
using test::kGet;
using test::kOk;
using test::kSoon;
using test::pattern;
using test::status_in;

constexpr std::string_view kLong = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n";
constexpr std::string_view kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kUnknown = "HTTP/1.1 200 OK\r\n\r\n";

class RelayTest : public test::House {
 protected:
  void ask_and_accept(std::string_view text = kGet) {
    ask(text);
    accept();
    request();
  }
};

TEST_F(RelayTest, SendsMuchUnchangedToASlowReader) {
  const std::string body = pattern(1'000'000);
  ask_and_accept();
  reply(kLong);
  std::string received;
  for (std::size_t sent = 0; received.size() < kLong.size() + body.size();) {
    sent += server().send(std::string_view(body).substr(sent));
    settle();
    received += client().receive(30'000);
  }
  EXPECT_EQ(body_in(received), body);
  EXPECT_EQ(pool().idle(0), 1U);
  close_up();
}

TEST_F(RelayTest, ReadsNoFasterThanTheClientTakes) {
  ask_and_accept();
  reply(kLong);
  const std::string bytes = pattern(64 * 1024);
  std::size_t sent = 0;
  for (int idle = 0; idle < 10; ++idle) {
    std::size_t taken = server().send(bytes);
    if (taken > 0) idle = 0;
    sent += taken;
    settle();
  }
  EXPECT_LT(sent, 200'000U);
  close_up();
}

TEST_F(RelayTest, PassesEveryPieceOnAtOnce) {
  ask_and_accept();
  reply(kChunked);
  EXPECT_TRUE(answer().ends_with("chunked\r\n\r\n"));
  for (std::string_view chunk : {"2\r\nab\r\n", "3\r\ncde\r\n", "0\r\n\r\n"}) {
    reply(chunk);
    EXPECT_EQ(answer(), chunk);
  }
  close_up();
}

TEST_F(RelayTest, PassesTrailersOnWheneverTheyCome) {
  ask_and_accept();
  reply(std::string(kChunked) + "2\r\nab\r\n0\r\nA: b\r\n\r\n");
  EXPECT_EQ(body_in(answer()), "2\r\nab\r\n0\r\nA: b\r\n\r\n");
  ask(kGet);
  reply(std::string(kChunked) + "2\r\nab\r\n");
  reply("0\r\nA: b\r\n\r\n");
  EXPECT_EQ(body_in(answer()), "2\r\nab\r\n0\r\nA: b\r\n\r\n");
  close_up();
}

TEST_F(RelayTest, ChunksABodyThatEndsWithItsConnection) {
  ask_and_accept();
  reply(std::string(kUnknown) + "hello");
  server().leave();
  EXPECT_EQ(body_in(answer()), "5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(pool().idle(0), 0U);
  ask(kGet);
  accept();
  close_up();
}

TEST_F(RelayTest, NeverChunksForOldClients) {
  ask_and_accept("GET / HTTP/1.0\r\n\r\n");
  reply(std::string(kChunked) + "5\r\nhello\r\n0\r\n\r\n");
  EXPECT_EQ(body_in(answer()), "hello");
  EXPECT_TRUE(client().ended());
  close_up();
}

TEST_F(RelayTest, GivesNoBodyWhereThereMustBeNone) {
  ask_and_accept("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  reply(kLong);
  EXPECT_EQ(answer(), kLong);
  ask(kGet);
  reply("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");
  EXPECT_EQ(body_in(answer()), "");
  ask(kGet);
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(RelayTest, CutsTheClientOffWhenTheServerBreaksOff) {
  for (std::string_view head : {kLong, kChunked}) {
    visit();
    ask_and_accept();
    reply(std::string(head) + (head == kLong ? "hello" : "5\r\nhello\r\n"));
    EXPECT_EQ(status_in(answer()), "200");
    server().leave();
    settle();
    EXPECT_TRUE(client().ended());
    EXPECT_EQ(flags(), "SD--");
  }
  close_up();
}

TEST_F(RelayTest, ResetsAnOldClientThatCouldNotTellACutAnswerFromAWholeOne) {
  visit(net::test::tcp_connection());
  ask_and_accept("GET / HTTP/1.0\r\n\r\n");
  reply(std::string(kChunked) + "5\r\nhello\r\n");
  EXPECT_EQ(body_in(answer()), "hello");
  server().leave();
  EXPECT_EQ(answer(), "");
  EXPECT_TRUE(client().was_reset());
  close_up();
}

TEST_F(RelayTest, CutsTheClientOffWhenAChunkIsBad) {
  ask_and_accept();
  reply(std::string(kChunked) + "2\r\nab\r\n");
  reply("nonsense\r\n");
  EXPECT_FALSE(answer().ends_with("0\r\n\r\n"));
  EXPECT_TRUE(client().ended());
  EXPECT_EQ(flags(), "PD--");
  close_up();
}

TEST_F(RelayTest, EndsWhenTheServerIsSilent) {
  backend_settings().timeouts.server = kSoon;
  ask_and_accept();
  reply(std::string(kLong) + "hello");
  finish();
  EXPECT_EQ(flags(), "sD--");
  EXPECT_EQ(body_in(client().receive()), "hello");
}

TEST_F(RelayTest, EndsWhenTheClientTakesNothing) {
  listener().timeouts.client = kSoon;
  ask_and_accept();
  reply(kLong);
  for (int i = 0; i < 20; ++i) reply(pattern(60'000));
  finish();
  EXPECT_EQ(flags(), "cD--");
  EXPECT_EQ(backend().active(), 0U);
}

TEST_F(RelayTest, FreesTheServerWhenTheClientLeaves) {
  ask_and_accept();
  reply(kLong);
  client().leave();
  for (int i = 0; i < 20; ++i) reply(pattern(60'000));
  EXPECT_TRUE(server().ended());
  EXPECT_EQ(flags(), "CD--");
  close_up();
}

TEST_F(RelayTest, PassesInterimAnswersOnButNotToOldClients) {
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  ask_and_accept();
  reply(hints);
  EXPECT_EQ(answer(), hints);
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  ask("GET / HTTP/1.0\r\n\r\n");
  reply(hints + std::string(kOk));
  EXPECT_TRUE(answer().starts_with("HTTP/1.1 200"));
  close_up();
}

}  // namespace
}  // namespace stickler::proxy
