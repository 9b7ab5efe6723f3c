// SPDX-License-Identifier: MIT
#include "net/tls_trust.h"

#include <gmock/gmock.h>

#include "net/tls_fixture.h"

namespace stickler::net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Both ends are TlsStreams on one loop.
class TlsTrustTest : public test::TlsTest {
 protected:
  TlsTrustTest() { settings_.ca = directory_.write("ca.pem", authority_.certificate_pem()); }

  test::TestCertificate signed_for(test::CertificateOptions options) {
    return test::make_test_certificate(options, &authority_);
  }
  // What is wrong with a server that shows this, asked for by this host; "" if nothing is.
  std::string fault_of(const test::TestCertificate& shown, const std::string& host) {
    std::vector<Certificate> certificates;
    certificates.push_back(test::loaded(shown));
    open(*TlsContext::create({}, certificates, TicketKeys::random()));
    auto trust = TlsTrust::make(settings_);
    EXPECT_TRUE(trust.ok()) << trust.error();
    SslPtr session = (*trust)->new_session(host);
    const SSL* watched = session.get();
    ::fcntl(client_->fd(), F_SETFL, O_NONBLOCK);
    ours_ = std::make_unique<TlsStream>(Socket(Fd(::dup(client_->fd()))), std::move(session));
    std::optional<HandshakeResult> server_side;
    TaskGroup servers;
    servers.start(shake_server(server_side));
    const HandshakeResult shaken = run(ours_->handshake(std::chrono::seconds(10)));
    if (!shaken.ok()) ours_->shutdown_write();
    while (servers.running() > 0) run(turn());
    return shaken.ok() ? "" : TlsTrust::fault_of(watched);
  }
  Task<> shake_server(std::optional<HandshakeResult>& result) {
    HandshakeResult shaken = co_await server_->handshake(std::chrono::seconds(10));
    result.emplace(std::move(shaken));
  }
  Task<bool> turn() {
    WaitSlot slot = nullptr;
    Wake woke = co_await pause(std::chrono::milliseconds(1), slot);
    co_return woke == Wake::timed_out;
  }
  std::string error_of(const TlsTrustSettings& settings) {
    auto made = TlsTrust::make(settings);
    return made ? "" : made.error();
  }

  const test::TestCertificate authority_ =
      test::make_test_certificate({.subject = "authority", .authority = true});
  test::TemporaryDirectory directory_;
  TlsTrustSettings settings_;
  std::unique_ptr<TlsStream> ours_;
};

TEST_F(TlsTrustTest, TrustsAServerThatHasTheNameAndAVoucher) {
  const auto shown = signed_for({.names = {"etcd-1.example"}});
  EXPECT_EQ(fault_of(shown, "etcd-1.example"), "");
  EXPECT_EQ(server_->sni(), "etcd-1.example");
  EXPECT_EQ(fault_of(shown, "ETCD-1.example"), "");
  EXPECT_EQ(fault_of(shown, "etcd-2.example"), "hostname mismatch");
  EXPECT_EQ(fault_of(shown, "127.0.0.1"), "IP address mismatch");
}

TEST_F(TlsTrustTest, KnowsAddresses) {
  const auto shown = signed_for({.names = {"etcd-1.example,IP:127.0.0.1,IP:fd00::1"}});
  EXPECT_EQ(fault_of(shown, "127.0.0.1"), "");
  EXPECT_EQ(server_->sni(), "");
  EXPECT_EQ(fault_of(shown, "fd00::1"), "");
  EXPECT_EQ(fault_of(shown, "127.0.0.2"), "IP address mismatch");
}

TEST_F(TlsTrustTest, TrustsNobodyElse) {
  EXPECT_EQ(fault_of(signed_for({.names = {"a.example"}, .expired = true}), "a.example"),
            "certificate has expired");
  EXPECT_EQ(fault_of(test::make_test_certificate({.names = {"a.example"}}), "a.example"),
            "self-signed certificate");
  settings_.ca.clear();
  EXPECT_EQ(fault_of(signed_for({.names = {"a.example"}}), "a.example"),
            "unable to get local issuer certificate");
}

TEST_F(TlsTrustTest, ShowsACertificateIfItHasOne) {
  const auto ours = signed_for({.subject = "stickler"});
  settings_.certificate = directory_.write("ours.crt", ours.certificate_pem());
  settings_.key = directory_.write("secret.pem", ours.key_pem());
  EXPECT_EQ(fault_of(signed_for({.names = {"a.example"}}), "a.example"), "");
  const SslPtr session = (*TlsTrust::make(settings_))->new_session("a.example");
  EXPECT_EQ(test::subject_of(SSL_get_certificate(session.get())), "stickler");
}

TEST_F(TlsTrustTest, SaysWhichFileIsWrong) {
  const std::string empty = directory_.write("empty.pem", "");
  EXPECT_EQ(error_of({"/nowhere", "", ""}), "/nowhere: cannot be read: No such file or directory");
  EXPECT_EQ(error_of({empty, "", ""}), empty + ": holds no certificate");
  EXPECT_THAT(error_of({settings_.ca, empty, ""}), StartsWith(empty + ": "));
  const auto ours = signed_for({});
  const auto other = signed_for({});
  TlsTrustSettings mixed;
  mixed.certificate = directory_.write("ours.crt", ours.certificate_pem());
  mixed.key = directory_.write("other.pem", other.key_pem());
  EXPECT_THAT(error_of(mixed), HasSubstr("ours.crt"));
}

}  // namespace
}  // namespace stickler::net
