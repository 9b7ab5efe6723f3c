// SPDX-License-Identifier: MIT
#include "net/tls_context.h"

#include <gmock/gmock.h>

#include "net/tls_fixture.h"

namespace stickler::net {
namespace {

using test::CertificateOptions;
using test::ClientOptions;
using test::SessionPtr;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class TlsNames : public test::TlsTest {
 protected:
  // The certificate that a client gets who asks for `name`.
  std::string served(const std::shared_ptr<const TlsContext>& context, const std::string& name,
                     const std::string& signatures = "") {
    if (!connect(context, {.sni = name, .signatures = signatures}).ok()) return client_->failure();
    return client_->peer_subject();
  }
};

TEST_F(TlsNames, ChooseTheCertificate) {
  auto context = make_context({{.subject = "first", .names = {"first.example"}},
                               {.subject = "exact", .names = {"a.example", "B.example"}},
                               {.subject = "wild", .names = {"*.example"}},
                               {.subject = "cn.example"}});
  const std::pair<const char*, const char*> kServed[] = {{"", "first"},
                                                         {"unknown.test", "first"},
                                                         {"first.example", "first"},
                                                         {"a.example", "exact"},
                                                         {"A.EXAMPLE", "exact"},
                                                         {"b.example", "exact"},
                                                         {"c.example", "wild"},
                                                         {"x.c.example", "first"},
                                                         {"example", "first"},
                                                         {"cn.example", "cn.example"}};
  for (auto [name, subject] : kServed) EXPECT_EQ(served(context, name), subject) << name;
}

TEST_F(TlsNames, AreRememberedForTheLog) {
  ASSERT_TRUE(connect(make_context({{}}), {.sni = "Some.Example"}).ok());
  EXPECT_EQ(server_->sni(), "Some.Example");
  ASSERT_TRUE(connect(make_context({{}})).ok());
  EXPECT_EQ(server_->sni(), "");
}

TEST_F(TlsNames, StrictRefusesUnknownAndMissingNames) {
  auto context = make_context({{.names = {"a.example"}}}, {.strict_sni = true});
  EXPECT_EQ(served(context, "a.example"), "test");
  EXPECT_EQ(served(context, "b.example"), "tlsv1 unrecognized name");
  EXPECT_EQ(served(context, ""), "tlsv1 unrecognized name");
}

// The names of the certificate said to answer, with "?" if it does not bear the name.
std::string said(const std::shared_ptr<const TlsContext>& context, std::string_view name) {
  auto found = context->served(name);
  if (!found) return "refused";
  return found->names.front() + (found->bears_name ? "" : "?");
}

TEST_F(TlsNames, AreSaidToBeServedAsTheyAre) {
  auto context = make_context({{.subject = "first", .names = {"first.example"}},
                               {.subject = "wild", .names = {"*.example"}}});
  EXPECT_EQ(said(context, "FIRST.example"), "first.example");
  EXPECT_EQ(said(context, "b.example"), "*.example");
  EXPECT_EQ(said(context, "x.b.example"), "first.example?");
  EXPECT_EQ(said(context, ""), "first.example?");
  auto strict = make_context({{.names = {"a.example"}}}, {.strict_sni = true});
  EXPECT_EQ(said(strict, "a.example"), "a.example");
  EXPECT_EQ(said(strict, "b.example"), "refused");
  EXPECT_EQ(said(strict, ""), "refused");
}

TEST_F(TlsNames, RsaAndEcdsaStandSideBySide) {
  auto context = make_context({{.subject = "rsa", .names = {"a.example"}, .rsa = true},
                               {.subject = "ecdsa", .names = {"a.example"}}});
  for (const char* name : {"a.example", "unknown.example", ""}) {
    EXPECT_EQ(served(context, name, "ECDSA+SHA256"), "ecdsa");
    EXPECT_EQ(served(context, name, "RSA-PSS+SHA256"), "rsa");
  }
}

TEST_F(TlsNames, AreNotServedWithAnExpiredCertificateIfThereIsAValidOne) {
  CertificateOptions expired{.subject = "old", .names = {"a.example"}, .expired = true};
  CertificateOptions valid{.subject = "new", .names = {"a.example"}};
  EXPECT_EQ(served(make_context({expired, valid}), "a.example"), "new");
  EXPECT_EQ(served(make_context({valid, expired}), "a.example"), "new");
  valid.rsa = true;
  EXPECT_EQ(served(make_context({expired, valid}), "a.example"), "new");
}

TEST_F(TlsNames, AreServedWithTheFirstOfEqualCertificates) {
  EXPECT_EQ(
      served(make_context({{.subject = "1", .names = {"a"}}, {.subject = "2", .names = {"a"}}}),
             "a"),
      "1");
}

TEST_F(TlsNames, AreServedWithAnExpiredCertificateIfThereIsNoOther) {
  EXPECT_EQ(served(make_context({{.subject = "old", .expired = true}}), ""), "old");
}

TEST_F(TlsNames, AreServedWithTheWholeChain) {
  auto root = test::make_test_certificate({.subject = "root", .authority = true});
  auto leaf = test::make_test_certificate({.subject = "leaf"}, &root);
  std::vector<Certificate> all;
  all.push_back(*make_certificate(parse_pem(leaf.bundle_pem() + root.certificate_pem()), "x"));
  ASSERT_TRUE(connect(*TlsContext::create({}, all, TicketKeys::random())).ok());
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(client_->ssl());
  ASSERT_EQ(sk_X509_num(chain), 2);
  EXPECT_EQ(test::subject_of(sk_X509_value(chain, 1)), "root");
}

class TlsProtocol : public test::TlsTest {
 protected:
  // The version agreed on with a client that speaks only `version`, or the client's failure.
  std::string agreed(TlsPreset preset, int version) {
    ClientOptions only{.min_version = version, .max_version = version};
    if (!connect(make_context({{.rsa = true}}, {.preset = preset}), only).ok()) {
      return client_->failure();
    }
    return std::string(server_->version());
  }
};

TEST_F(TlsProtocol, VersionsAreThoseOfThePreset) {
  const std::string refused = "tlsv1 alert protocol version";
  EXPECT_EQ(agreed(TlsPreset::modern, TLS1_2_VERSION), refused);
  EXPECT_EQ(agreed(TlsPreset::modern, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(agreed(TlsPreset::intermediate, TLS1_1_VERSION), refused);
  EXPECT_EQ(agreed(TlsPreset::intermediate, TLS1_2_VERSION), "TLSv1.2");
  EXPECT_EQ(agreed(TlsPreset::intermediate, TLS1_3_VERSION), "TLSv1.3");
  EXPECT_EQ(agreed(TlsPreset::old, TLS1_VERSION), "TLSv1");
  EXPECT_EQ(agreed(TlsPreset::old, TLS1_3_VERSION), "TLSv1.3");
}

TEST_F(TlsProtocol, CiphersMayBeReplaced) {
  TlsSettings settings{.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"};
  ASSERT_TRUE(connect(make_context({{}}, settings), {.max_version = TLS1_2_VERSION}).ok());
  EXPECT_EQ(server_->cipher(), "ECDHE-ECDSA-AES256-GCM-SHA384");
}

TEST_F(TlsProtocol, Http11IsChosenIfOffered) {
  ASSERT_TRUE(connect(make_context({{}}), {.alpn = "\x02h2\x08http/1.1"}).ok());
  EXPECT_EQ(server_->alpn(), "http/1.1");
  ASSERT_TRUE(connect(make_context({{}}), {.alpn = "\x02h2"}).ok());
  EXPECT_EQ(server_->alpn(), "");
}

TEST_F(TlsProtocol, RenegotiationIsRefused) {
  ASSERT_TRUE(connect(make_context({{}}), {.max_version = TLS1_2_VERSION}).ok());
  SSL_renegotiate(client_->ssl());
  SSL_do_handshake(client_->ssl());
  client_->send_raw(client_->take_ciphertext());
  EXPECT_EQ(read(), "would block");
  client_->receive(MSG_DONTWAIT);
  EXPECT_EQ(SSL_do_handshake(client_->ssl()), -1);
  EXPECT_EQ(take_openssl_reason(), "no renegotiation");
}

TEST(TlsContext, ErrorsNameTheFile) {
  auto missing = TlsContext::load({.certificates = {"/nowhere.pem"}}, TicketKeys::random());
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error(), StartsWith("/nowhere.pem: "));
}

TEST(TlsContext, UnknownCiphersAreAnError) {
  test::TemporaryDirectory dir;
  std::string file = dir.write("x.pem", test::make_test_certificate({}).bundle_pem());
  auto wrong = TlsContext::load({.certificates = {file}, .ciphers = "ROT13"}, TicketKeys::random());
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.error(), HasSubstr("\"ROT13\": no cipher match"));
}

class TlsResumption : public test::TlsTest {
 protected:
  bool resumes(const std::shared_ptr<const TlsContext>& context, const SessionPtr& session,
               ClientOptions options = {}) {
    options.session = session.get();
    EXPECT_TRUE(connect(context, options).ok());
    EXPECT_EQ(server_->resumed(), SSL_session_reused(client_->ssl()) == 1);
    return server_->resumed();
  }

  const std::vector<CertificateOptions> one_{{.names = {"a.example"}}};
  const ClientOptions v12_{.max_version = TLS1_2_VERSION};
};

TEST_F(TlsResumption, WorksByTicketInBothVersions) {
  auto context = make_context(one_, {.session_cache = 0});
  EXPECT_TRUE(resumes(context, session_of(context)));
  EXPECT_TRUE(resumes(context, session_of(context, v12_), v12_));
}

TEST_F(TlsResumption, WorksByIdInBothVersions) {
  auto context = make_context(one_, {.tickets = false});
  EXPECT_TRUE(resumes(context, session_of(context)));
  EXPECT_TRUE(resumes(context, session_of(context, v12_), v12_));
}

TEST_F(TlsResumption, IsOffWithoutTicketsAndCache) {
  auto context = make_context(one_, {.tickets = false, .session_cache = 0});
  EXPECT_FALSE(resumes(context, session_of(context)));
  EXPECT_FALSE(resumes(context, session_of(context, v12_), v12_));
}

TEST_F(TlsResumption, OutlivesConnectionsThatEndWithoutAGoodbye) {
  auto context = make_context(one_, {.tickets = false});
  SessionPtr session = session_of(context, v12_);
  client_->go_away();
  EXPECT_EQ(read(), "eof");
  EXPECT_TRUE(resumes(context, session, v12_));
}

TEST_F(TlsResumption, OutlivesAReloadWithTheSameTicketKeys) {
  TicketKeys keys = TicketKeys::random();
  SessionPtr session = session_of(make_context(one_, {}, keys));
  EXPECT_TRUE(resumes(make_context(one_, {}, keys), session));
  EXPECT_FALSE(resumes(make_context(one_, {}, TicketKeys::random()), session));
}

TEST_F(TlsResumption, WorksUnderEachName) {
  auto context = make_context({{.names = {"a.example"}}, {.names = {"b.example"}}});
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    ClientOptions named{.sni = name};
    EXPECT_TRUE(resumes(context, session_of(context, named), named)) << name;
  }
}

TEST_F(TlsResumption, TakesOneTicketPerHandshake) {
  auto context = make_context(one_);
  int tickets = 0;
  connect(context);
  SSL_CTX* client = SSL_get_SSL_CTX(client_->ssl());
  SSL_CTX_set_session_cache_mode(client, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_set_app_data(client, &tickets);
  SSL_CTX_sess_set_new_cb(client, [](SSL* ssl, SSL_SESSION*) {
    ++*static_cast<int*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    return 0;
  });
  write("x");
  EXPECT_EQ(client_->read(), "x");
  EXPECT_EQ(tickets, 1);
}

}  // namespace
}  // namespace stickler::net
