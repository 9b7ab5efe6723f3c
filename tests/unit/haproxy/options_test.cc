// SPDX-License-Identifier: MIT
// Time limits, forwarded fields, and what needs no setting.
#include "translation.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

// ---- timeouts ----

class TimeLimits : public Translating {};

TEST_F(TimeLimits, OfDefaultsAreThoseOfTheFile) {
  config::Timeouts limits =
      whole(
          "defaults\n mode http\n timeout queue 30000\n timeout connect 5s\n timeout client 50s\n"
          " timeout server 2m\n timeout tunnel 1h\n timeout http-request 10s\n"
          " timeout http-keep-alive 20s\n timeout client-hs 3s\n timeout tarpit 1s\n" +
          in_listen(""))
          .timeouts;
  EXPECT_EQ(limits.queue, 30s);
  EXPECT_EQ(limits.connect, 5s);
  EXPECT_EQ(limits.client, 50s);
  EXPECT_EQ(limits.server, 2min);
  EXPECT_EQ(limits.tunnel, 1h);
  EXPECT_EQ(limits.head, 10s);
  EXPECT_EQ(limits.keepalive, 20s);
  EXPECT_EQ(limits.handshake, 3s);
}

TEST_F(TimeLimits, OfASectionAreItsOwn) {
  config::Config config = whole("defaults\n mode http\n timeout client 50s\n timeout server 70s\n" +
                                in_listen(" timeout client 10s\n timeout server 80s\n"));
  EXPECT_EQ(config.listeners[0].timeouts.client, 10s);
  EXPECT_EQ(config.backends[0].timeouts.server, 80s);
}

TEST_F(TimeLimits, OfOtherDefaultsDoNotLeak) {
  config::Config config = whole(
      "defaults\n mode http\n timeout server 70s\n timeout client 50s\n"
      "backend a\n server x 10.0.0.1:80\n"
      "defaults\n mode http\n" +
      in_listen(""));
  EXPECT_EQ(config.backends[0].timeouts.server, 70s);
  EXPECT_EQ(config.backends[1].timeouts.server, 10min);
  EXPECT_EQ(config.listeners[0].timeouts.client, 1min);
}

TEST_F(TimeLimits, ZeroIsNoLimitWhereThatIsPossible) {
  EXPECT_EQ(whole(in_listen(" timeout server 0\n")).backends[0].timeouts.server, kNoLimit);
  EXPECT_THAT(complaints(in_listen(" timeout connect 0\n")),
              testing::StartsWith("6: timeout connect 0: backends.app.timeouts.connect"));
}

TEST_F(TimeLimits, OthersAreComplaints) {
  for (const char* line :
       {"timeout client-fin 1s", "timeout server-fin 1s", "timeout client never"}) {
    EXPECT_THAT(complaints(in_listen(std::string(" ") + line + "\n")),
                testing::StartsWith("6: " + std::string(line) + ": "));
  }
}

// ---- forwarded ----

class ForwardedFields : public Translating {
 protected:
  config::Forwarded plain(const std::string& lines) const {
    return listener(in_listen(lines)).forwarded;
  }
};

TEST_F(ForwardedFields, TheAddressIsAdded) {
  using enum config::Forwarded::For;
  EXPECT_EQ(plain(" option forwardfor\n").client, append);
  EXPECT_EQ(plain(" no option forwardfor\n").client, off);
  EXPECT_EQ(plain("").client, append);
}

TEST_F(ForwardedFields, ProxiesInFrontAreTrusted) {
  EXPECT_THAT(plain(" option forwardfor except 10.0.0.0/8\n").trust,
              testing::ElementsAre("10.0.0.0/8"));
}

TEST_F(ForwardedFields, AnotherNameIsAFieldOfItsOwn) {
  config::Listener web = listener(in_listen(" option forwardfor header X-Client\n"));
  EXPECT_EQ(web.forwarded.client, config::Forwarded::For::off);
  EXPECT_EQ(web.request.add, (std::vector<config::NameValue>{{"X-Client", "${client}"}}));
}

TEST_F(ForwardedFields, IfNoneIsAComplaint) {
  EXPECT_THAT(complaints(in_listen(" option forwardfor if-none\n")),
              testing::StartsWith("6: if-none: "));
}

TEST_F(ForwardedFields, RulesThatReplaceTheAddressAreThatSetting) {
  for (const char* lines : {" http-request set-header X-Forwarded-For %[src]\n",
                            " http-request del-header X-Forwarded-For\n option forwardfor\n"}) {
    config::Listener web = listener(in_listen(lines));
    EXPECT_EQ(web.forwarded.client, config::Forwarded::For::replace);
    EXPECT_THAT(web.request.set, testing::IsEmpty());
    EXPECT_THAT(web.request.remove, testing::IsEmpty());
  }
}

TEST_F(ForwardedFields, TheSchemeIsSetAnyway) {
  const std::string rules =
      " http-request del-header X-Forwarded-Proto\n"
      " http-request set-header X-Forwarded-Proto https if { ssl_fc }\n"
      " http-request set-header X-Forwarded-Proto http if !{ ssl_fc }\n";
  for (const std::string& text : {in_listen(rules), in_tls_listen(rules)}) {
    config::Listener web = listener(text);
    EXPECT_TRUE(web.forwarded.proto);
    EXPECT_THAT(web.request.set, testing::IsEmpty());
    EXPECT_THAT(web.request.remove, testing::IsEmpty());
    EXPECT_THAT(web.routes, testing::IsEmpty());
  }
}

TEST_F(ForwardedFields, AnotherSchemeIsSetAsItIsSaid) {
  EXPECT_EQ(listener(in_listen(" http-request set-header X-Forwarded-Proto https\n")).request.set,
            (std::vector<config::NameValue>{{"X-Forwarded-Proto", "https"}}));
}

TEST_F(ForwardedFields, EditsOfRequestsAreTranslated) {
  config::FieldEdits edits = listener(in_listen(" http-request set-header X-Port %[dst_port]\n"
                                                " http-request add-header X-Ip %[src]\n"
                                                " http-request del-header X-Debug\n"))
                                 .request;
  EXPECT_EQ(edits.set, (std::vector<config::NameValue>{{"X-Port", "80"}}));
  EXPECT_EQ(edits.add, (std::vector<config::NameValue>{{"X-Ip", "${client}"}}));
  EXPECT_THAT(edits.remove, testing::ElementsAre("X-Debug"));
}

TEST_F(ForwardedFields, TwoFieldsOfOneNameAreAComplaint) {
  EXPECT_THAT(complaints(in_listen(" http-request add-header X 1\n http-request add-header X 2\n")),
              testing::StartsWith("7: http-request add-header X 2: a field is added once"));
}

// ---- limits of connections ----

class Connections : public Translating {};

TEST_F(Connections, OfTheOnlyFrontendAreThoseOfTheProcess) {
  EXPECT_EQ(whole(in_listen(" maxconn 10\n")).process.max_connections, 10u);
  EXPECT_EQ(whole("global\n maxconn 5\n" + in_listen(" maxconn 10\n")).process.max_connections, 5u);
}

TEST_F(Connections, OfOneAmongSeveralAreAComplaint) {
  std::string other = "frontend x\n mode http\n bind :81\n default_backend app\n";
  EXPECT_THAT(complaints(in_listen(" maxconn 10\n") + other),
              testing::StartsWith("6: maxconn 10: "));
  whole("global\n maxconn 50\n" + in_listen(" maxconn 10\n") + other);
}

// ---- pages ----

class Pages : public Translating {};

TEST_F(Pages, StatisticsAreAtTheirPath) {
  config::Page page =
      *listener(in_listen(" stats enable\n stats uri /a?b\n stats refresh 10\n")).stats;
  EXPECT_EQ(page.uri, "/a");
  EXPECT_EQ(page.refresh, 10s);
  EXPECT_EQ(listener(in_listen(" stats refresh 10s\n")).stats->uri, "/haproxy");
}

TEST_F(Pages, StatisticsWithAPasswordAreNotShownToEverybody) {
  std::string text = in_listen(" stats enable\n stats auth me:secret\n");
  EXPECT_THAT(complaints(text),
              testing::StartsWith("7: stats auth me:***: passwords stand in a file"));
  EXPECT_EQ(config_of(text).listeners.front().stats, std::nullopt);
}

TEST_F(Pages, AListenerMayBeForStatisticsAlone) {
  config::Listener page = listener("listen stats\n mode http\n bind :8404\n stats uri /\n");
  EXPECT_EQ(page.stats->uri, "/");
  EXPECT_EQ(page.routes.front().answer->status, 503u);
}

TEST_F(Pages, WhereAllIsRedirectedThereIsNone) {
  EXPECT_EQ(
      listener("listen x\n mode http\n bind :80\n stats enable\n redirect scheme https\n").stats,
      std::nullopt);
}

TEST_F(Pages, BackendsHaveNoneOfTheirOwn) {
  std::string backend = "backend b\n server x 10.0.0.1:80\n";
  EXPECT_THAT(complaints("defaults\n mode http\n" + in_listen("") + backend + " stats enable\n"),
              testing::StartsWith("10: stats enable: a listener has the page"));
  whole("defaults\n mode http\n stats enable\n" + in_listen("") + backend);
}

TEST_F(Pages, MetricsAreAtTheirPath) {
  EXPECT_EQ(listener(in_listen(" acl m path /metrics\n"
                               " http-request use-service prometheus-exporter if m\n"))
                .metrics->uri,
            "/metrics");
  for (const char* rest : {"", " if METH_GET", " if { path /a /b }", " if !{ path /a }"}) {
    std::string rule = std::string("http-request use-service prometheus-exporter") + rest;
    EXPECT_THAT(complaints(in_listen(" " + rule + "\n")),
                testing::StartsWith("6: " + rule + ": metrics"));
  }
}

// ---- what needs no setting, and what has none ----

class NeedsNothing : public Translating, public testing::WithParamInterface<const char*> {};
TEST_P(NeedsNothing, AndSaysSo) {
  std::string text = in_listen(std::string(" ") + GetParam() + "\n");
  whole(text);
  EXPECT_THAT(translated(text).configuration,
              testing::HasSubstr("6: " + std::string(GetParam()) + " -- "));
}
INSTANTIATE_TEST_SUITE_P(
    Options, NeedsNothing,
    testing::Values("option http-keep-alive", "option dontlognull", "option http-server-close",
                    "option httpclose", "option log-health-checks", "option tcpka", "log global",
                    "no option httplog", "backlog 1000", "fullconn 100",

                    "errorfile 408 /dev/null", "stats hide-version", "errorfile 403 /etc/x.http",
                    "unique-id-format %ID", "no log", "option splice-auto", "enabled",
                    "http-request disable-l7-retry if METH_POST", "description a site"));

class NotThere : public Translating, public testing::WithParamInterface<const char*> {};
TEST_P(NotThere, IsAComplaintWithItsLine) {
  EXPECT_THAT(complaints(in_listen(std::string(" ") + GetParam() + "\n")),
              testing::StartsWith("6: " + std::string(GetParam()) + ": "));
}
INSTANTIATE_TEST_SUITE_P(
    Options, NotThere,
    testing::Values("stats admin if TRUE", "stats frob", "stats uri haproxy",
                    "compression algo gzip", "filter cache x", "option httpslog", "log-format %ci",
                    "option allbackups", "option accept-invalid-http-request", "option forwarded",
                    "capture request header Host len 10", "errorfiles site",
                    "monitor-net 10.0.0.0/8", "errorloc 503 /sorry", "http-error status 503",
                    "tcp-request connection reject", "server-template s 3 a.example:80",
                    "dispatch 10.0.0.1:80", "source 10.0.0.1", "email-alert from a@b",
                    "force-persist if TRUE", "reqadd X-A:\\ b", "dynamic-cookie-key ***",
                    "errorfile 503 /dev/null", "errorfile 503", "errorfile x /y",
                    "errorfile 503 errors/503.http", "unique-id-header a:b",
                    "option nobody-knows"));

}  // namespace
}  // namespace stickler::haproxy
