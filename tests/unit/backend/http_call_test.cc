// SPDX-License-Identifier: MIT
#include "backend/http_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "backend/scripted_server.h"
#include "net/test_loop.h"

namespace stickler::backend {
namespace {

using net::test::kPlenty;
using net::test::kSoon;
using test::answers;
using test::kHello;
using test::Peer;
using test::ScriptedServer;
using test::stays_silent;
using testing::StartsWith;
using Phase = HttpFailure::Phase;
using Answered = Result<HttpAnswer, HttpFailure>;

HttpRequest request(std::string body = "") {
  HttpRequest made;
  made.path = "/a?b";
  made.body = std::move(body);
  return made;
}

// Reads so many requests without a body and answers each.
ScriptedServer::Script answers_times(int count) {
  return [count](Peer& peer) {
    for (int n = 0; n < count; ++n) {
      if (peer.read_head().empty()) return;
      peer.send(kHello);
    }
  };
}

class HttpCallTest : public testing::Test {
 protected:
  HttpCall& use(const std::string& url) {
    call_ = std::make_unique<HttpCall>(*config::parse_url(url), nullptr);
    return *call_;
  }
  HttpCall& use(const ScriptedServer& server) { return use("http://" + server.address().text()); }

  Answered run(Duration limit = kPlenty) { return loop_.result_of(call_->run(request(), limit)); }
  Answered run_with(ScriptedServer::Script script, Duration limit = kPlenty) {
    ScriptedServer server(std::move(script));
    use(server);
    return run(limit);
  }
  std::string body_of(const std::string& answer) {
    Answered got = run_with([answer](Peer& peer) {
      peer.read_head();
      peer.send(answer);
    });
    return got ? std::to_string(got->status) + " " + got->body : "failed: " + got.error().text;
  }
  // Of a body that is read as it comes; the failure's text in brackets.
  std::string more(Duration limit = kPlenty) {
    auto got = loop_.result_of(call_->more(limit));
    return got ? *got : "[" + got.error().text + "]";
  }

  net::test::TestLoop loop_;
  std::unique_ptr<HttpCall> call_;
};

TEST_F(HttpCallTest, ReadsAWholeAnswerHoweverItIsFramed) {
  EXPECT_EQ(body_of(std::string(kHello)), "200 hello");
  EXPECT_EQ(body_of("HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"),
            "404 hello");
  EXPECT_EQ(body_of("HTTP/1.0 200 OK\r\n\r\nhello"), "200 hello");
  EXPECT_EQ(body_of("HTTP/1.1 204 OK\r\n\r\n"), "204 ");
  EXPECT_EQ(body_of("HTTP/1.1 102 Wait\r\n\r\n" + std::string(kHello)), "200 hello");
}

TEST_F(HttpCallTest, PutsTogetherWhatComesInPieces) {
  Answered got = run_with([](Peer& peer) {
    peer.read_head();
    for (char byte : kHello) peer.send({&byte, 1});
    peer.wait_for_end();
  });
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got->body, "hello");
}

TEST_F(HttpCallTest, SendsWhatItIsTold) {
  std::promise<std::string> head;
  ScriptedServer server([&](Peer& peer) {
    head.set_value(peer.read_head());
    peer.send(kHello);
  });
  HttpRequest to_send = request("body");
  to_send.method = "PUT";
  to_send.fields.emplace_back("Authorization", "x");
  EXPECT_TRUE(loop_.result_of(use(server).run(std::move(to_send), kPlenty)).ok());
  EXPECT_EQ(head.get_future().get(),
            "PUT /a?b HTTP/1.1\r\nHost: " + server.address().text() +
                "\r\nUser-Agent: stickler\r\nAuthorization: x\r\nContent-Length: 4\r\n\r\n");
}

// ---- Kept connections ----

TEST_F(HttpCallTest, KeepsItsConnection) {
  ScriptedServer server(answers_times(3));
  use(server);
  for (int n = 0; n < 3; ++n) EXPECT_TRUE(run().ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpCallTest, OpensAnotherIfTheServerHasClosedIt) {
  ScriptedServer server(answers_times(1));
  use(server);
  EXPECT_TRUE(run().ok());
  while (call_->is_connected()) loop_.settle();
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpCallTest, KeepsNoneThatMayNotBeKept) {
  ScriptedServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    peer.wait_for_end();
  });
  use(server);
  for (int n = 0; n < 2; ++n) EXPECT_TRUE(run().ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpCallTest, KeepsNoneOnWhichMoreCameThanAsked) {
  ScriptedServer server(answers(std::string(kHello) + "more"));
  use(server);
  for (int n = 0; n < 2; ++n) EXPECT_TRUE(run().ok());
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpCallTest, SaysIfAKeptConnectionFailed) {
  ScriptedServer server([](Peer& peer) {
    peer.read_head();
    peer.send(kHello);
    peer.read_head();
  });
  use(server);
  EXPECT_TRUE(run().ok());
  const Answered got = run();
  ASSERT_FALSE(got.ok());
  EXPECT_TRUE(got.error().on_kept_connection);
  EXPECT_TRUE(got.error().maybe_delivered);
}

// ---- Failures ----

TEST_F(HttpCallTest, ARefusedConnectionHasDeliveredNothing) {
  use("http://" + test::refusing_address().text());
  const Answered got = run();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().phase, Phase::connect);
  EXPECT_FALSE(got.error().maybe_delivered);
  EXPECT_FALSE(got.error().timed_out);
  EXPECT_EQ(got.error().text, "connection refused");
}

TEST_F(HttpCallTest, ANameMustResolve) {
  use("http://no..name/");
  const Answered got = run();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().phase, Phase::resolve);
  EXPECT_FALSE(got.error().maybe_delivered);
  EXPECT_THAT(got.error().text, StartsWith("'no..name': "));
}

TEST_F(HttpCallTest, TriesEachAddressOfAName) {
  ScriptedServer server(answers(std::string(kHello)));  // 127.0.0.1 only, and not ::1
  use("http://localhost:" + std::to_string(server.address().port()));
  EXPECT_TRUE(run().ok());
}

TEST_F(HttpCallTest, SilenceTakesNoLongerThanTheLimit) {
  const Answered got = run_with(stays_silent(), kSoon);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().phase, Phase::answer);
  EXPECT_TRUE(got.error().timed_out);
  EXPECT_TRUE(got.error().maybe_delivered);
  EXPECT_EQ(got.error().text, "no answer within 20ms");
  EXPECT_FALSE(call_->is_connected());
}

TEST_F(HttpCallTest, SaysWhatIsWrongWithAnAnswer) {
  EXPECT_EQ(body_of(""), "failed: connection closed without an answer");
  EXPECT_EQ(body_of("HTTP/1.1 2"), "failed: connection closed within the head of the answer");
  EXPECT_EQ(body_of("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
            "failed: the body was cut short");
  EXPECT_THAT(body_of("SSH-2.0"), StartsWith("failed: malformed answer: "));
  EXPECT_THAT(body_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n"),
              StartsWith("failed: the body is malformed: "));
}

TEST_F(HttpCallTest, AnAnswerWithoutEndFails) {
  const std::string part(std::size_t{1024} * 1024, 'x');
  const Answered got = run_with([&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.0 200 OK\r\n\r\n");
    for (int n = 0; n < 17; ++n) peer.send(part);
  });
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().text, "an answer of more than 16m");
}

TEST_F(HttpCallTest, AServerThatTakesNothingRunsOutOfTime) {
  std::promise<void> failed;
  ScriptedServer server([&](Peer&) { failed.get_future().wait(); });
  HttpRequest large = request(std::string(std::size_t{32} * 1024 * 1024, 'x'));
  const Answered got = loop_.result_of(use(server).run(std::move(large), kSoon));
  failed.set_value();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().phase, Phase::send);
  EXPECT_TRUE(got.error().timed_out);
}

TEST_F(HttpCallTest, AskedForTlsAPlainServerIsNone) {
  ScriptedServer server([](Peer& peer) { peer.send("220 mail\r\n"); });
  auto trust = net::TlsTrust::make({});
  HttpCall call(*config::parse_url("https://" + server.address().text()), *trust);
  const Answered got = loop_.result_of(call.run(request(), kPlenty));
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().phase, Phase::tls);
  EXPECT_FALSE(got.error().maybe_delivered);
}

TEST_F(HttpCallTest, WithoutTrustThereIsNoTls) {
  use("https://127.0.0.1:1/");
  EXPECT_EQ(run().error().phase, Phase::tls);
}

// ---- As it comes ----

TEST_F(HttpCallTest, ReadsABodyAsItComes) {
  std::promise<void> go_on;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    go_on.get_future().wait();
    peer.send("3\r\ntwo\r\n0\r\n\r\n");
    peer.wait_for_end();
  });
  auto status = loop_.result_of(use(server).begin(request(), kPlenty));
  EXPECT_EQ(*status, 200U);
  EXPECT_EQ(more(), "one");
  EXPECT_EQ(more(kSoon), "[no whole answer within 20ms]");
  go_on.set_value();
  EXPECT_EQ(more(), "two");
  EXPECT_EQ(more(), "");
  EXPECT_EQ(more(), "");
}

TEST_F(HttpCallTest, SaysWhereABodyBreaksOff) {
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
  });
  EXPECT_TRUE(loop_.result_of(use(server).begin(request(), kPlenty)).ok());
  EXPECT_EQ(more(), "one");
  EXPECT_EQ(more(), "[the body was cut short]");
  EXPECT_EQ(more(), "[the connection is closed]");
}

// ---- Giving up ----

TEST_F(HttpCallTest, CancelEndsItWhereverItWaits) {
  ScriptedServer server(stays_silent());
  auto trust = net::TlsTrust::make({});
  for (const char* scheme : {"http://", "https://"}) {
    const auto place = *config::parse_url(scheme + server.address().text());
    HttpCall call(place, *trust);
    std::optional<Answered> got;
    loop_.start(loop_.store(call.run(request(), kPlenty), got));
    loop_.settle();
    EXPECT_FALSE(got);
    call.cancel();
    loop_.finish();
    ASSERT_TRUE(got && !got->ok());
    EXPECT_TRUE(got->error().cancelled);
    EXPECT_FALSE(got->error().timed_out);
    EXPECT_EQ(got->error().text, "given up");
    EXPECT_TRUE(loop_.result_of(call.run(request(), kPlenty)).error().cancelled);
  }
}

TEST_F(HttpCallTest, CancelEndsALookup) {
  use("http://localhost/");
  std::optional<Answered> got;
  loop_.start(loop_.store(call_->run(request(), kPlenty), got));
  call_->cancel();
  loop_.finish();
  ASSERT_TRUE(got && !got->ok());
  EXPECT_TRUE(got->error().cancelled);
  EXPECT_FALSE(got->error().maybe_delivered);
}

TEST_F(HttpCallTest, CancelEndsABodyThatIsReadAsItComes) {
  ScriptedServer server(answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  EXPECT_TRUE(loop_.result_of(use(server).begin(request(), kPlenty)).ok());
  std::optional<Result<std::string, HttpFailure>> got;
  loop_.start(loop_.store(call_->more(kNoLimit), got));
  loop_.settle();
  EXPECT_FALSE(got);
  call_->cancel();
  loop_.finish();
  EXPECT_TRUE(got && got->error().cancelled);
}

}  // namespace
}  // namespace stickler::backend
