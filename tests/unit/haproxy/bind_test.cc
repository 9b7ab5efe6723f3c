// SPDX-License-Identifier: MIT
// `bind`: addresses, TLS, and frontends that become two listeners.
#include "translation.h"

namespace stickler::haproxy {
namespace {

class Binds : public Translating {
 protected:
  static std::string front(const std::string& lines, const std::string& name = "web") {
    return "frontend " + name + "\n mode http\n default_backend app\n" + lines;
  }
  static std::string with_backend(const std::string& text) {
    return text + "backend app\n mode http\n server a 10.0.0.1:80\n server b 10.0.0.2:80\n";
  }
  // The addresses of the first listener.
  std::vector<std::string> addresses(const std::string& lines) const {
    std::vector<std::string> texts;
    for (const config::Bind& bind : listener(with_backend(front(lines))).binds) {
      texts.push_back(bind.text);
    }
    return texts;
  }
  std::string said(const std::string& lines) const {
    return complaints(with_backend(front(lines)));
  }
};

struct BoundAddresses {
  std::string lines;
  std::vector<std::string> addresses;
};
class BindAddresses : public Binds, public testing::WithParamInterface<BoundAddresses> {};
TEST_P(BindAddresses, HaveOurForm) { EXPECT_EQ(addresses(GetParam().lines), GetParam().addresses); }
INSTANTIATE_TEST_SUITE_P(
    Bind, BindAddresses,
    testing::Values(BoundAddresses{" bind :80\n", {":80"}}, BoundAddresses{" bind *:80\n", {":80"}},
                    BoundAddresses{" bind 0.0.0.0:80\n", {":80"}},
                    BoundAddresses{" bind [::]:80\n", {":80"}},
                    BoundAddresses{" bind :::80 v4v6\n", {":80"}},
                    BoundAddresses{" bind :::80 v6only\n", {"[::]:80"}},
                    BoundAddresses{" bind *:80\n bind :::80 v6only\n", {"0.0.0.0:80", "[::]:80"}},
                    BoundAddresses{" bind *:80\n bind :::80 v4v6\n", {":80"}},
                    BoundAddresses{" bind 127.0.0.1:80,[::1]:81\n", {"127.0.0.1:80", "[::1]:81"}},
                    BoundAddresses{" bind ::1:80\n", {"[::1]:80"}},
                    BoundAddresses{" bind localhost:80\n", {"127.0.0.1:80"}},
                    BoundAddresses{" bind :8000-8002\n", {":8000", ":8001", ":8002"}},
                    BoundAddresses{" bind ipv4@10.0.0.1:80\n", {"10.0.0.1:80"}},
                    BoundAddresses{" bind ipv6@*:80 v6only\n", {"[::]:80"}},
                    BoundAddresses{" bind /run/a\n", {"unix:/run/a"}},
                    BoundAddresses{" bind unix@/run/a\n", {"unix:/run/a"}}));

struct RefusedBind {
  std::string line;
  std::string why;
};
class RefusedBinds : public Binds, public testing::WithParamInterface<RefusedBind> {};
TEST_P(RefusedBinds, AreComplaintsOfTheirLine) {
  EXPECT_THAT(said(" bind :81\n " + GetParam().line + "\n"),
              testing::StartsWith("5: " + GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Bind, RefusedBinds,
    testing::Values(
        RefusedBind{"bind 80", "80: its port is missing"},
        RefusedBind{"bind :0", ":0: its port is missing"},
        RefusedBind{"bind www.example.com:80", "www.example.com:80: \"www.example.com\""},
        RefusedBind{"bind abns@x", "abns@x: Stickler listens on"},
        RefusedBind{"bind fd@3", "fd@3: Stickler listens on"},
        RefusedBind{"bind :1-100", ":1-100: a range of more than 64"},
        RefusedBind{"bind :82 accept-proxy", "accept-proxy: the PROXY protocol"},
        RefusedBind{"bind :82 maxconn 5", "maxconn 5: there is no limit for one"},
        RefusedBind{"bind :82 interface eth0", "interface eth0: a listener has an"},
        RefusedBind{"bind :82 frob", "frob: the import does not know it"},
        RefusedBind{"bind :82 ssl", "bind :82 ssl: TLS needs a certificate"},
        RefusedBind{"bind :82 ssl crt-list x", "crt-list x: lists of certificates"},
        RefusedBind{"bind :82 ssl crt /x verify required", "verify: client certificates"},
        RefusedBind{"bind :82 ssl crt /x ca-file y", "ca-file y: client certificates"},
        RefusedBind{"bind :82 ssl crt /x no-tlsv13", "no-tlsv13: there is no upper"},
        RefusedBind{"bind :82 ssl crt /x ssl-min-ver 3", "3: it is no version"},
        RefusedBind{"bind :82 ssl crt /x ciphersuites X", "ciphersuites: TLS 1.3"},
        RefusedBind{"bind :82 ssl crt /x proto h2", "proto h2: HTTP/2 is not"}));

TEST_F(Binds, TlsIsTranslated) {
  config::Tls tls = *listener(with_backend(front(" bind :443 ssl crt /a.pem crt /certs/ strict-sni "
                                                 "no-tls-tickets ciphers X alpn h2,http/1.1\n")))
                         .tls;
  EXPECT_THAT(tls.certificates, testing::ElementsAre("/a.pem", "/certs/"));
  EXPECT_TRUE(tls.strict_sni);
  EXPECT_FALSE(tls.tickets);
  EXPECT_EQ(tls.ciphers, "X");
  EXPECT_EQ(tls.preset, config::Tls::Preset::intermediate);
}

struct VersionCase {
  std::string words;
  config::Tls::Preset preset;
};
class Versions : public Binds, public testing::WithParamInterface<VersionCase> {};
TEST_P(Versions, AreAPreset) {
  std::string line = " bind :443 ssl crt /a.pem " + GetParam().words + "\n";
  EXPECT_EQ(listener(with_backend(front(line))).tls->preset, GetParam().preset);
}
using enum config::Tls::Preset;
INSTANTIATE_TEST_SUITE_P(Bind, Versions,
                         testing::Values(VersionCase{"ssl-min-ver TLSv1.3", modern},
                                         VersionCase{"force-tlsv13", modern},
                                         VersionCase{"ssl-min-ver TLSv1.2", intermediate},
                                         VersionCase{"ssl-min-ver TLSv1.0", old},
                                         VersionCase{"no-sslv3 no-tlsv10 no-tlsv11", intermediate},
                                         VersionCase{"no-tlsv12 no-tlsv11", modern},
                                         VersionCase{"no-sslv3", old}));

TEST_F(Binds, PlainAndTlsBecomeTwoListeners) {
  config::Config config = whole(with_backend(front(" bind :80\n bind :443 ssl crt /a.pem\n")));
  ASSERT_EQ(config.listeners.size(), 2u);
  EXPECT_EQ(config.listeners[0].name, "web-http");
  EXPECT_FALSE(config.listeners[0].tls.has_value());
  EXPECT_EQ(config.listeners[1].name, "web-https");
  EXPECT_EQ(config.listeners[1].tls->certificates.front(), "/a.pem");
}

TEST_F(Binds, TheSameTlsIsOneListener) {
  EXPECT_THAT(addresses(" bind :443 ssl crt /a.pem\n bind :444 ssl crt /a.pem\n"),
              testing::ElementsAre(":443", ":444"));
}

TEST_F(Binds, AnAddressOfAnotherFrontendIsTaken) {
  EXPECT_THAT(complaints(with_backend(front(" bind :80\n") + front(" bind :80\n", "other"))),
              testing::StartsWith("8: :80: line 4 listens there already"));
}

TEST_F(Binds, AFrontendWithoutAnAddressIsNoListener) {
  EXPECT_THAT(config_of(with_backend(front(" bind :80\n") + front("", "other"))).listeners,
              testing::SizeIs(1));
}

TEST_F(Binds, BackendsListenNowhere) {
  EXPECT_EQ(complaints(with_backend(front(" bind :80\n")) + " bind :81\n"),
            "9: bind :81: it has no place here");
}

}  // namespace
}  // namespace stickler::haproxy
