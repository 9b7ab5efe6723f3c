// SPDX-License-Identifier: MIT
#include "proxy/serve_client.h"

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using test::body_in;
using test::kGet;
using test::kOk;
using test::kSoon;
using test::pattern;
using test::status_in;

class ServeClient : public test::House {
 protected:
  explicit ServeClient(std::size_t servers = 1) : House(servers) {}
};

TEST_F(ServeClient, PassesARequestOnAndItsAnswerBack) {
  ask("GET /a?b HTTP/1.1\r\nHost: h\r\nX-Mine: 1\r\n\r\n");
  accept();
  const std::string seen = request();
  reply("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-Its: 2\r\n\r\nok");
  EXPECT_EQ(answer(), "HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nX-Its: 2\r\n\r\nok");
  EXPECT_EQ(seen,
            "GET /a?b HTTP/1.1\r\nHost: h\r\nX-Mine: 1\r\nX-Forwarded-For: unix\r\n"
            "X-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nX-Request-ID: " +
                record().request_id + "\r\n\r\n");
  close_up();
}

TEST_F(ServeClient, KeepsBothConnections) {
  for (int i = 0; i < 3; ++i) {
    ask(kGet);
    if (i == 0) accept();
    EXPECT_NE(request(), "");
    reply(kOk);
    EXPECT_EQ(answer(), kOk);
  }
  EXPECT_EQ(pool().idle(0), 1U);
  close_up();
}

TEST_F(ServeClient, AnswersPipelinedRequestsInOrder) {
  ask("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: "
      "4\r\n\r\nbody"
      "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  accept();
  for (std::string_view target : {"GET /1 ", "POST /2 ", "GET /3 "}) {
    EXPECT_TRUE(request().starts_with(target)) << target;
    reply(kOk);
  }
  EXPECT_EQ(answer(), std::string(kOk) + std::string(kOk) + std::string(kOk));
  close_up();
}

TEST_F(ServeClient, AnswersRequestsPipelinedBehindAChunkedBody) {
  ask("POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n");
  accept();
  ask("ab\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(request().ends_with("2\r\nab\r\n0\r\n\r\n"));
  reply(kOk);
  EXPECT_TRUE(request().starts_with("GET /2 "));
  reply(kOk);
  EXPECT_EQ(answer(), std::string(kOk) + std::string(kOk));
  close_up();
}

TEST_F(ServeClient, RefusesABadRequestAndCloses) {
  ask("GET / HTTP/1.1\r\nHost: h\r\nBad Name: x\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string refusal = answer();
  EXPECT_EQ(status_in(refusal), "400");
  EXPECT_NE(refusal.find("Reference: " + record().request_id), std::string::npos);
  EXPECT_EQ(record().request_id.size(), RequestIds::kSize);
  EXPECT_FALSE(anybody_connects());
  EXPECT_EQ(flags(), "PR--");
  close_up();
}

TEST_F(ServeClient, EndsARequestThatNeverBecomesWhole) {
  listener().timeouts.head = kSoon;
  ask("GET / HTTP/1.1\r\nHo");
  finish();
  EXPECT_EQ(status_in(client().receive()), "408");
  EXPECT_EQ(flags(), "cR--");
}

TEST_F(ServeClient, SendsAnotherRequestWhenAKeptConnectionDies) {
  ask(kGet);
  accept();
  reply(kOk);
  answer();
  ask(kGet);
  server().leave();
  accept();
  EXPECT_NE(request(), "");
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(ServeClient, DoesNotRepeatAPostThatItsServerMayHaveSeen) {
  ask(kGet);
  accept();
  reply(kOk);
  answer();
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
  server().receive();
  server().leave();
  EXPECT_EQ(status_in(answer()), "502");
  EXPECT_FALSE(anybody_connects());
  EXPECT_EQ(flags(), "SH--");
  close_up();
}

TEST_F(ServeClient, AnswersBadGatewayToABodyThatIsBadFromItsBeginning) {
  ask(kGet);
  accept();
  reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
  EXPECT_EQ(status_in(answer()), "502");
  close_up();
}

TEST_F(ServeClient, SurvivesAServerThatSwitchesProtocolsBeforeItHasTheBody) {
  ask("POST / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Content-Length: 9\r\n\r\nbo");
  accept();
  reply("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_EQ(status_in(answer()), "502");
  close_up();
}

TEST_F(ServeClient, FreesTheServerWhenTheClientHasGone) {
  ask(kGet);
  accept();
  client().leave();
  settle();
  EXPECT_NE(server().receive(), "");
  EXPECT_TRUE(server().ended());
  EXPECT_EQ(backend().active(), 0U);
  EXPECT_EQ(flags(), "CH--");
  close_up();
}

TEST_F(ServeClient, LetsAClientFinishSendingAndStillHaveItsAnswer) {
  ask(kGet);
  accept();
  client().finish();
  settle();
  EXPECT_EQ(backend().active(), 1U);
  reply(kOk);
  EXPECT_TRUE(answer().ends_with("ok"));
  close_up();
}

class ServeClientByTwo : public ServeClient {
 protected:
  ServeClientByTwo() : ServeClient(2) {
    config::Cookie cookie;
    cookie.name = "S";
    backend_settings().cookie = cookie;
  }
  balance::ServerView& view(std::size_t server) { return backend().server(server).view(); }
  void ask_with_cookie(const std::string& value) {
    visit();
    ask("GET / HTTP/1.1\r\nHost: h\r\nCookie: S=" + value + "\r\n\r\n");
  }
};

TEST_F(ServeClientByTwo, TriesAnotherServerAndTellsTheClient) {
  refuse(0);
  ask_with_cookie("s1");
  accept(1);
  reply(kOk);
  EXPECT_NE(answer().find("Set-Cookie: S=s2"), std::string::npos);
  EXPECT_EQ(flags(), "--DI");
  EXPECT_TRUE(record().redispatched);
  EXPECT_EQ(balance::to_string(record().reason), "redispatched: connect refused by s1");
  close_up();
}

TEST_F(ServeClientByTwo, KeepsASessionForItsServersFirstCheckWhateverOtherSlotsAreFreed) {
  view(0).availability = balance::Availability::unknown;
  ask_with_cookie("s2");
  accept(1);
  ask_with_cookie("s1");
  reply(kOk);
  EXPECT_EQ(answer(), "");
  EXPECT_FALSE(anybody_connects(1));
  view(0).availability = balance::Availability::up;
  backend().server_changed();
  accept(0);
  reply(kOk);
  EXPECT_EQ(status_in(answer()), "200");
  close_up();
}

TEST_F(ServeClientByTwo, GivesNoNewClientToAServerThatDrains) {
  ask_with_cookie("s1");
  accept(0);
  view(0).availability = balance::Availability::drain;
  view(1).availability = balance::Availability::down;
  visit();
  ask(kGet);
  reply(kOk);
  EXPECT_EQ(answer(), "");
  EXPECT_EQ(backend().active(), 0U);
  close_up();
}

TEST_F(ServeClientByTwo, LeavesASlotHandedOverByAServerThatHasBegunToDrain) {
  for (config::Server& server : backend_settings().servers) server.maxconn = 1;
  ask_with_cookie("s2");
  accept(1);
  ask_with_cookie("s1");
  accept(0);
  visit();
  ask(kGet);
  view(0).availability = balance::Availability::drain;
  reply(kOk);
  EXPECT_EQ(view(0).active, 0U);
  EXPECT_EQ(answer(), "");
  close_up();
}

TEST_F(ServeClientByTwo, EndsTheWaitForAServerAtItsLimit) {
  backend_settings().timeouts.queue = kSoon;
  view(0).availability = balance::Availability::down;
  view(1).availability = balance::Availability::down;
  visit();
  ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  finish();
  EXPECT_EQ(status_in(client().receive()), "503");
  EXPECT_EQ(flags(), "sQNN");
}

TEST_F(ServeClientByTwo, ServesTwoRequestsOneAfterTheOtherAtAServerWithOnePlace) {
  backend_settings().servers[0].maxconn = 1;
  ask_with_cookie("s1");
  accept(0);
  ask_with_cookie("s1");
  EXPECT_EQ(view(0).queued, 1U);
  EXPECT_EQ(server().receive().find("GET", 1), std::string::npos);
  reply(kOk);
  EXPECT_EQ(view(0).queued, 0U);
  EXPECT_NE(request(), "");
  reply(kOk);
  EXPECT_EQ(status_in(answer()), "200");
  EXPECT_EQ(view(0).active, 0U);
  close_up();
}

}  // namespace
}  // namespace stickler::proxy
