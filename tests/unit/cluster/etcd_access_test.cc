// SPDX-License-Identifier: MIT
// An etcd that asks who we are: with users and passwords, or with certificates.
#include "cluster/etcd_client.h"
#include "cluster/etcd_fixture.h"
#include "net/test_certificates.h"

namespace stickler::cluster {
namespace {

using testing::HasSubstr;
using Kind = EtcdFailure::Kind;

class EtcdUserTest : public test::EtcdFixture {
 protected:
  void SetUp() override {
    EtcdFixture::SetUp();
    if (!test::etcd_is_installed()) return;
    etcd_ = std::make_unique<test::EtcdCluster>(1);
    add_user("root", "secret");
    add_user("guest", "guest");
    administer(url(), "/v3/auth/user/grant", R"({"user":"root","role":"root"})");
  }
  std::string url() const { return etcd_->member().url(); }
  void add_user(const std::string& name, const std::string& password) {
    administer(url(), "/v3/auth/user/add",
               R"({"name":")" + name + R"(","password":")" + password + R"("})");
  }
  void demand_passwords() { administer(url(), "/v3/auth/enable", "{}"); }
  void forget_tokens() {
    administer(url(), "/v3/auth/disable", "{}", client_->members().token());
    demand_passwords();
  }
  EtcdClient& use_as(const std::string& user, const std::string& password) {
    EtcdSettings with = settings({url()});
    with.user = user;
    with.password = password;
    return use(with);
  }

  std::unique_ptr<test::EtcdCluster> etcd_;
};

TEST_F(EtcdUserTest, LogsIn) {
  demand_passwords();
  use_as("root", "secret");
  EXPECT_TRUE(put("a", "1").succeeded);
  EXPECT_EQ(read("a"), "a=1");
  EtcdWatch watch(*client_, "a");
  EXPECT_EQ(next(watch), "created");
}

TEST_F(EtcdUserTest, IsToldWhoIsRefused) {
  demand_passwords();
  EtcdFailure failure = failure_of(use_as("root", "guess").read("a"));
  EXPECT_EQ(failure.kind, Kind::refused);
  EXPECT_EQ(failure.text, "etcd at " + url() +
                              ": user 'root': etcdserver: authentication failed, invalid user ID "
                              "or password");
  failure = failure_of(use_as("root", "guess").commit({}, {EtcdWrite{"a", "1"}}));
  EXPECT_FALSE(failure.outcome_unknown);
  failure = failure_of(use({url()}).read("a"));
  EXPECT_EQ(failure.kind, Kind::refused);
  EXPECT_THAT(failure.text, HasSubstr("user name is empty"));
  failure = failure_of(use_as("guest", "guest").read("a"));
  EXPECT_EQ(failure.kind, Kind::refused);
  EXPECT_THAT(failure.text, HasSubstr("permission denied"));
}

TEST_F(EtcdUserTest, AWatchIsToldWhoIsRefused) {
  demand_passwords();
  EtcdWatch of_guest(use_as("guest", "guest"), "a");
  EtcdFailure failure = failure_of(of_guest.next(net::test::kPlenty));
  EXPECT_EQ(failure.kind, Kind::refused);
  EXPECT_THAT(failure.text, HasSubstr("permission denied"));
}

TEST_F(EtcdUserTest, LogsInAgainWhenItsTokenHasEnded) {
  demand_passwords();
  use_as("root", "secret");
  put("a", "1");
  const std::string token = client_->members().token();
  EXPECT_NE(token, "");
  forget_tokens();
  EXPECT_TRUE(put("a", "2").succeeded);
  EXPECT_NE(client_->members().token(), token);
  forget_tokens();
  EtcdWatch watch(*client_, "a");
  EXPECT_EQ(next(watch), "created");
  EXPECT_EQ(read("a"), "a=2");
}

TEST_F(EtcdUserTest, APasswordThatNobodyDemandsDoesNoHarm) {
  use_as("root", "secret");
  EXPECT_TRUE(put("a", "1").succeeded);
  EXPECT_EQ(client_->members().token(), "");
  demand_passwords();
  EXPECT_TRUE(put("a", "2").succeeded);
  administer(url(), "/v3/auth/disable", "{}", client_->members().token());
  EXPECT_TRUE(put("a", "3").succeeded);
  demand_passwords();
  EXPECT_TRUE(put("a", "4").succeeded);
  EXPECT_EQ(read("a"), "a=4");
}

// An authority, what it says of etcd, and what it says of us.
class EtcdTlsTest : public test::EtcdFixture {
 protected:
  void SetUp() override {
    EtcdFixture::SetUp();
    if (!test::etcd_is_installed()) return;
    etcd_ = std::make_unique<test::EtcdCluster>(
        1, true,
        test::EtcdProcess::Words{"--cert-file=" + server_, "--key-file=" + server_,
                                 "--trusted-ca-file=" + ca_, "--client-cert-auth"});
    settings_ = settings(etcd_->urls());
    settings_.ca = ca_;
    settings_.certificate = client_file_;
  }
  std::string signed_for(const std::string& file, const std::string& names) {
    const auto made = net::test::make_test_certificate({file, {names}}, &authority_);
    return directory_.write(file, made.bundle_pem());
  }

  net::test::TemporaryDirectory directory_;
  const net::test::TestCertificate authority_ =
      net::test::make_test_certificate({.subject = "authority", .authority = true});
  const std::string ca_ = directory_.write("ca.pem", authority_.certificate_pem());
  const std::string server_ = signed_for("server.pem", "etcd.example,IP:127.0.0.1");
  const std::string client_file_ = signed_for("client.pem", "stickler.example");
  EtcdSettings settings_;
  std::unique_ptr<test::EtcdCluster> etcd_;
};

TEST_F(EtcdTlsTest, BothShowCertificates) {
  use(settings_);
  EXPECT_TRUE(put("a", "1").succeeded);
  EXPECT_EQ(read("a"), "a=1");
  EtcdWatch watch(*client_, "a");
  EXPECT_EQ(next(watch), "created");
  put("a", "2");
  EXPECT_EQ(next(watch), "a=2");
}

TEST_F(EtcdTlsTest, WhoShowsNoneIsNotServed) {
  settings_.certificate.clear();
  const EtcdFailure failure = failure_of(use(settings_).read("a"));
  EXPECT_EQ(failure.kind, Kind::unreachable);
  EXPECT_THAT(failure.text, HasSubstr("alert bad certificate"));
}

TEST_F(EtcdTlsTest, AServerThatNobodyVouchesForIsAskedNothing) {
  settings_.ca.clear();
  const EtcdFailure failure = failure_of(use(settings_).commit({}, {EtcdWrite{"a", "1"}}));
  EXPECT_EQ(failure.kind, Kind::unreachable);
  EXPECT_FALSE(failure.outcome_unknown);
  EXPECT_THAT(failure.text, HasSubstr("TLS handshake: unable to get local issuer certificate"));
}

TEST_F(EtcdTlsTest, AServerWithAnotherNameIsAskedNothing) {
  settings_.endpoints = {"https://localhost:" + std::to_string(etcd_->member().client_port)};
  const EtcdFailure failure = failure_of(use(settings_).read("a"));
  EXPECT_THAT(failure.text, HasSubstr("TLS handshake: hostname mismatch"));
}

}  // namespace
}  // namespace stickler::cluster
