// SPDX-License-Identifier: MIT
#include "backend/health_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "backend/scripted_server.h"
#include "net/event_loop.h"
#include "net/task_group.h"
#include "net/test_certificates.h"

namespace stickler::backend {
namespace {

using test::answers;
using test::Peer;
using test::ScriptedServer;
using test::stays_silent;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;
using Kind = config::Check::Kind;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class HealthCheckTest : public testing::Test {
 protected:
  HealthCheckTest() { settings_.timeout = std::chrono::seconds(10); }

  // The first check of a server that is written so in the configuration.
  CheckVerdict check(const net::Address& address, const std::string& written = "app-1:80") {
    check_.emplace(settings_, written, tls_);
    group_.start(run(address));
    loop_.run();
    return std::move(*verdict_);
  }
  CheckVerdict check(ScriptedServer::Script script) {
    ScriptedServer server(std::move(script));
    return check(server.address());
  }
  // What the check sends.
  std::string request(const std::string& written) {
    std::promise<std::string> head;
    ScriptedServer server([&](Peer& peer) { head.set_value(peer.read_head()); });
    check(server.address(), written);
    return head.get_future().get();
  }

  void give_up_soon() { settings_.timeout = std::chrono::milliseconds(30); }

  net::EventLoop loop_;
  net::TlsClientContext tls_;
  config::Check settings_;
  std::optional<HealthCheck> check_;

 private:
  net::Task<> run(net::Address address) {
    CheckVerdict verdict = co_await check_->run(address);
    verdict_ = std::move(verdict);
    loop_.stop();
  }

  net::TaskGroup group_;
  std::optional<CheckVerdict> verdict_;
};

TEST_F(HealthCheckTest, PassesAndTellsTheTimeItTook) {
  CheckVerdict verdict = check(test::says_status(200));
  EXPECT_TRUE(verdict.passed);
  EXPECT_THAT(verdict.text, MatchesRegex("HEAD /status: 200 in [0-9]+ ms"));
}

TEST_F(HealthCheckTest, FailsOnTheWrongStatus) {
  CheckVerdict verdict = check(test::says_status(503));
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.text, MatchesRegex("HEAD /status: 503 in [0-9]+ ms"));
}

TEST_F(HealthCheckTest, AsksWithTheAddressAsWrittenForHost) {
  EXPECT_EQ(request("app-1:80"),
            "HEAD /status HTTP/1.1\r\nHost: app-1:80\r\nUser-Agent: stickler-check\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_THAT(request("unix:/run/app"), HasSubstr("\r\nHost: localhost\r\n"));
}

TEST_F(HealthCheckTest, AsksForWhatIsConfigured) {
  settings_.method = "GET";
  settings_.path = "/health?full=1";
  settings_.host = "overleaf.example.com";
  EXPECT_THAT(request("app-1:80"),
              StartsWith("GET /health?full=1 HTTP/1.1\r\nHost: overleaf.example.com\r\n"));
}

TEST_F(HealthCheckTest, LooksForATextInTheBody) {
  settings_.method = "GET";
  settings_.body = "web is alive";
  EXPECT_TRUE(check(answers("HTTP/1.0 200 OK\r\n\r\nweb is alive (web)")).passed);
  EXPECT_THAT(check(answers("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nclosed")).text,
              MatchesRegex("GET /status: 200 in [0-9]+ ms, but the body lacks \"web is alive\""));
}

TEST_F(HealthCheckTest, PutsTogetherAnAnswerThatComesInPieces) {
  CheckVerdict verdict = check([](Peer& peer) {
    for (char byte : kOk) peer.send({&byte, 1});
    peer.wait_for_end();
  });
  EXPECT_TRUE(verdict.passed);
}

TEST_F(HealthCheckTest, TellsARefusal) {
  CheckVerdict verdict = check(test::refusing_address());
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.text, "connection refused");
}

TEST_F(HealthCheckTest, TellsThatTheServerHungUp) {
  EXPECT_EQ(check(test::hangs_up()).text, "HEAD /status: connection closed without an answer");
}

TEST_F(HealthCheckTest, GivesUpOnASilentServer) {
  give_up_soon();
  CheckVerdict verdict = check(stays_silent());
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.text, "HEAD /status: no answer within 30ms");
}

TEST_F(HealthCheckTest, GivesUpOnHalfAnAnswer) {
  give_up_soon();
  EXPECT_EQ(check(answers("HTTP/1.1 200")).text, "HEAD /status: no whole answer within 30ms");
}

TEST_F(HealthCheckTest, LimitIsForTheWholeCheckHoweverOftenTheServerSendsSomething) {
  give_up_soon();
  CheckVerdict verdict = check([](Peer& peer) {
    peer.send("HTTP/1.1 200 OK\r\nA: ");
    pollfd gone{peer.fd(), POLLIN, 0};
    peer.read_head();
    while (::poll(&gone, 1, 5) == 0) peer.send("a");
  });
  EXPECT_EQ(verdict.text, "HEAD /status: no whole answer within 30ms");
}

TEST_F(HealthCheckTest, ClosesWithAResetThatLeavesNothingBehind) {
  std::promise<int> end;
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    peer.send(kOk);
    end.set_value(peer.wait_for_end());
  });
  check(server.address());
  EXPECT_EQ(end.get_future().get(), ECONNRESET);
}

TEST_F(HealthCheckTest, TcpCheckIsContentWithAConnection) {
  settings_.kind = Kind::tcp;
  CheckVerdict verdict = check(stays_silent());
  EXPECT_TRUE(verdict.passed);
  EXPECT_THAT(verdict.text, MatchesRegex("connected in [0-9]+ ms"));
}

TEST_F(HealthCheckTest, MayAskAnotherPortThanTheServers) {
  ScriptedServer server(test::says_status(200));
  settings_.port = server.address().port();
  EXPECT_TRUE(check(*net::Address::parse("127.0.0.1:1")).passed);
}

TEST_F(HealthCheckTest, EndsSoonWhenCancelled) {
  ScriptedServer server([&](Peer& peer) {
    peer.read_head();
    loop_.post([this] { check_->cancel(); });
    peer.wait_for_end();
  });
  settings_.timeout = std::chrono::hours(1);
  EXPECT_FALSE(check(server.address()).passed);
}

// ---- TLS ----

// A server that speaks TLS: answers one request on each connection.
ScriptedServer::Script over_tls(std::string answer, std::string* name = nullptr) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  auto made = net::test::make_test_certificate({});
  SSL_CTX_use_certificate(context.get(), made.x509.get());
  SSL_CTX_use_PrivateKey(context.get(), made.key.get());
  return [context, answer = std::move(answer), name](Peer& peer) {
    net::SslPtr ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), peer.fd());
    if (SSL_accept(ssl.get()) != 1) return;
    const char* sni = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
    if (name != nullptr) *name = sni == nullptr ? "" : sni;
    std::string request(4096, '\0');
    if (SSL_read(ssl.get(), request.data(), 4096) <= 0) return;
    SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size()));
    peer.wait_for_end();
  };
}

TEST_F(HealthCheckTest, TlsCheckIsContentWithAHandshake) {
  settings_.kind = Kind::tls;
  CheckVerdict verdict = check(over_tls(""));
  EXPECT_TRUE(verdict.passed);
  EXPECT_THAT(verdict.text, MatchesRegex("TLS handshake in [0-9]+ ms"));
}

TEST_F(HealthCheckTest, TlsCheckFailsOnAServerWithoutTls) {
  settings_.kind = Kind::tls;
  CheckVerdict verdict = check([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_end();
  });
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.text, StartsWith("TLS handshake: "));
}

TEST_F(HealthCheckTest, TlsCheckGivesUpOnASilentServer) {
  settings_.kind = Kind::tls;
  give_up_soon();
  EXPECT_EQ(check(stays_silent()).text, "no TLS handshake within 30ms");
}

TEST_F(HealthCheckTest, AsksOverTls) {
  settings_.tls = true;
  EXPECT_TRUE(check(over_tls(std::string(kOk))).passed);
  EXPECT_THAT(check(over_tls("HTTP/1.1 503 X\r\n\r\n")).text, StartsWith("HEAD /status: 503 in "));
}

TEST_F(HealthCheckTest, NamesTheServerInTls) {
  settings_.tls = true;
  std::string name;
  ScriptedServer server(over_tls(std::string(kOk), &name));
  check(server.address(), "app-1:443");
  EXPECT_EQ(name, "app-1");
}

}  // namespace
}  // namespace stickler::backend
