// SPDX-License-Identifier: MIT
// What a request gets, and what it would get if its server were down: the same that serving it
// would give, over all states of servers.
#include "observe/explain.h"

#include "net/self_signed.h"
#include "observe/explain_fixture.h"
#include "proxy/question.h"

namespace stickler::observe {
namespace {

using balance::Availability;

const std::string kCookie = "cookie = { name = \"N\"; };";

class ExplainAnswers : public ExplainTest {};

TEST_F(ExplainAnswers, NamesAllThatTakeTurns) {
  given("", "");
  server(1) = Availability::down;
  EXPECT_EQ(in_short(explained().outcome), "one three: roundrobin");
  EXPECT_TRUE(explained().outcome.in_turn);
  EXPECT_EQ(explained().if_down, std::nullopt);
}

TEST_F(ExplainAnswers, NamesTheOneThatTheClientsAddressLeadsTo) {
  given("", "balance = \"source\";");
  const ExplainWords words{.url = "http://a/", .client = "10.1.2.3"};
  const Explanation explanation = explained(words);
  ASSERT_EQ(explanation.outcome.servers.size(), 1U);
  ASSERT_TRUE(explanation.if_down);
  EXPECT_NE(explanation.if_down->outcome.servers, explanation.outcome.servers);
  EXPECT_EQ(explanation.if_down->server, explanation.outcome.servers.front());
  EXPECT_EQ(explained(words).outcome.servers, explanation.outcome.servers);
}

TEST_F(ExplainAnswers, FollowsTheSessionAndSaysWhereItWouldMove) {
  given("", kCookie);
  const Explanation explanation = with_cookie("N=two");
  EXPECT_EQ(in_short(explanation.outcome), "two: cookie");
  EXPECT_EQ(in_short(explanation.if_down->outcome), "one three: redispatched: two is down");
  EXPECT_EQ(explanation.if_down->outcome.cookie.given, 'I');
}

TEST_F(ExplainAnswers, KnowsWhereAKnownBrowsersSessionMoves) {
  given("", kCookie);
  const Explanation explanation = with_cookie("N=two; app=1");
  ASSERT_EQ(explanation.if_down->outcome.servers.size(), 1U);
  server(1) = Availability::down;
  EXPECT_EQ(with_cookie("N=two; app=1").outcome.servers, explanation.if_down->outcome.servers);
}

TEST_F(ExplainAnswers, AnotherCookieCountsIfItsServerIsTheOneThatIsDown) {
  given("", kCookie);
  const Explanation explanation = with_cookie("N=two; N=three");
  EXPECT_EQ(in_short(explanation.if_down->outcome), "three: cookie");
}

TEST_F(ExplainAnswers, RefusesASessionThatMustNotMove) {
  given("", kCookie + "on_down = \"fail\";");
  EXPECT_EQ(in_short(with_cookie("N=two").if_down->outcome),
            "503: two is down, and its sessions must not move");
}

TEST_F(ExplainAnswers, KnowsQueuesAndTheirLimit) {
  given("", kCookie + "timeouts = { queue = \"7s\"; };");
  for (std::size_t i : {0U, 1U, 2U}) fill(i);
  EXPECT_EQ(in_short(explained().outcome), "queue one two three: app is full");
  EXPECT_EQ(in_short(with_cookie("N=two").outcome), "queue two: cookie");
  EXPECT_EQ(explained().outcome.limit, std::chrono::seconds(7));
  EXPECT_EQ(explained().outcome.status, 503U);
}

TEST_F(ExplainAnswers, WaitsIfNobodyIsUsable) {
  given("", "");
  all_are(Availability::unknown);
  EXPECT_EQ(in_short(explained().outcome), "wait: no server is usable");
  EXPECT_EQ(explained().servers.size(), 3U) << "and who is not";
}

TEST_F(ExplainAnswers, ArePagesOfOurOwnBeforeAnyRoute) {
  given("stats = { uri = \"/haproxy\"; }; routes = { all = { path_prefix = \"/\"; }; };", "");
  EXPECT_EQ(in_short(explained({.url = "http://a/haproxy;csv"}).outcome),
            "200: the statistics page");
  EXPECT_EQ(in_short(explained({.url = "http://a/haproxy/"}).outcome), "one two three: roundrobin");
}

TEST_F(ExplainAnswers, AreThoseOfTheRouteThatFits) {
  given(R"(routes = {
      git  = { path_prefix = "/git/"; server = "one"; };
      soft = { path = "/soft"; server = "one"; strict = false; };
      hi   = { path = "/hi"; answer = { status = 299; body = "hi"; }; };
      old  = { path = "/old"; redirect = { host = "b.example"; }; };
    };)",
        kCookie);
  EXPECT_EQ(in_short(explained({.url = "http://a/hi"}).outcome), "299: fixed answer of route hi");
  EXPECT_EQ(in_short(explained({.url = "http://a/old"}).outcome), "302: redirect of route old");
  EXPECT_EQ(explained({.url = "http://a/old"}).outcome.location, "http://b.example/old");
  const Explanation git = explained({.url = "http://a/git/x", .cookies = {"N=two"}});
  EXPECT_EQ(in_short(git.outcome), "one: pinned by route git");
  EXPECT_EQ(in_short(git.if_down->outcome), "503: route git: one is down");
  EXPECT_FALSE(git.session->counts);
  const Explanation soft = explained({.url = "http://a/soft", .cookies = {"N=two"}});
  EXPECT_EQ(in_short(soft.if_down->outcome), "two: cookie");
  EXPECT_EQ(soft.if_down->outcome.cookie.given, '-');
}

TEST_F(ExplainAnswers, AreThoseOfTheParserForWhatItRefuses) {
  given("max_target = \"1k\";", "");
  const std::string long_path(1100, 'x');
  EXPECT_EQ(in_short(explained({.url = "http://a/", .headers = {"Host: a b"}}).outcome),
            "400: invalid Host");
  EXPECT_EQ(in_short(explained({.url = "http://a/" + long_path}).outcome),
            "414: request target too long");
  EXPECT_EQ(in_short(explained({.method = "CONNECT", .url = "http://a/"}).outcome),
            "405: CONNECT is for proxies of browsers");
}

TEST_F(ExplainAnswers, SayThatNothingLeadsAnywhere) {
  auto settings = std::make_shared<config::Config>(good(config::in_listener("")));
  settings->listeners[0].backend.clear();
  given(settings);
  EXPECT_EQ(in_short(explained().outcome), "404: no route fits, and listener web has no backend");
}

// Over all states of three servers, sessions and pins: what is explained is what is decided.
TEST_F(ExplainAnswers, AreWhatServingGives) {
  given("routes = { git = { path = \"/git\"; server = \"one\"; strict = false; }; };", kCookie);
  constexpr Availability kStates[] = {Availability::up, Availability::drain, Availability::down};
  for (int number = 0; number < 3 * 3 * 3 * 4 * 2; ++number) {
    const int states[] = {number % 3, number / 3 % 3, number / 9 % 3};
    for (std::size_t i : {0U, 1U, 2U}) server(i) = kStates[states[i]];
    constexpr std::string_view kCookies[] = {"a=1", "N=one; a=1", "N=two; a=1", "N=two"};
    const std::string cookie(kCookies[number / 27 % 4]);
    const bool git = number / 108 == 1;
    const ExplainWords words{.url = git ? "http://a/git" : "http://a/", .cookies = {cookie}};
    const Explanation explanation = explained(words);

    http::RequestHead head;
    head.fields = {{"Cookie", cookie, http::FieldId::cookie}};
    const auto& rules = *snapshot_->listeners.front();
    const config::Route* route = git ? rules.settings.routes.data() : nullptr;
    const auto client = *net::Address::parse("127.0.0.1:1");
    const balance::Question question =
        proxy::question_of(rules.destination(route), route, head, client, kNow);
    const balance::Choice choice = backend().choose(question);
    EXPECT_EQ(explanation.outcome.reason, to_string(choice.reason)) << number;
    if (!choice.server) continue;
    EXPECT_THAT(explanation.outcome.servers,
                testing::Contains(backend().server(*choice.server).name()))
        << number;
  }
}

TEST_F(ExplainAnswers, SupposeWhatTheyAreTold) {
  given("", kCookie);
  ExplainWords words{.url = "http://a/", .cookies = {"N=two"}, .drain = {"two"}};
  EXPECT_EQ(in_short(explained(words).outcome), "two: cookie (server draining)");
  words.maint = {"app/two"};
  EXPECT_EQ(in_short(explained(words).outcome), "one three: redispatched: two is in maintenance");
  words.down = {"two", "one"};
  EXPECT_EQ(in_short(explained(words).outcome), "three: redispatched: two is down");
  EXPECT_EQ(explained(words).servers.front().availability, Availability::down);
  EXPECT_EQ(server(0), Availability::up);
  for (const char* name : {"four", "two/app", "other/two"}) {
    words.down = {name};
    EXPECT_EQ(refused(words), "there is no server '" + std::string(name) +
                                  "' (there are app/one, app/two, app/three)");
  }
}

TEST_F(ExplainAnswers, TakeNobodysTurn) {
  given("", "");
  balance::Question question;
  question.backend = &backend().settings();
  question.servers = backend().views();
  for (std::size_t expected : {0U, 1U, 2U, 0U}) {
    explained();
    EXPECT_EQ(backend().choose(question).server, expected);
  }
}

class ExplainSessions : public ExplainTest {
 protected:
  static std::string state_of(const Explanation& explanation) {
    constexpr const char* kStates[] = {"none", "valid", "invalid", "expired", "too old"};
    return kStates[static_cast<std::size_t>(explanation.session->state)];
  }
};

TEST_F(ExplainSessions, HaveTheirDatesWhetherGoodOrNot) {
  using std::chrono::seconds;
  given("", "cookie = { name = \"N\"; maxidle = \"1h\"; maxlife = \"1d\"; };");
  Explanation good = with_cookie("N=one|" + stamp(400) + "|" + stamp(4000));
  EXPECT_EQ(state_of(good), "valid");
  EXPECT_EQ(good.session->last_used, seconds(400));
  EXPECT_EQ(good.session->first_used, seconds(4000));
  EXPECT_EQ(good.session->good_for, seconds(3200));
  good = with_cookie("N=one|" + stamp(400) + "|" + stamp(86'000));
  EXPECT_EQ(good.session->good_for, seconds(400)) << "maxlife ends sooner";
  const Explanation expired = with_cookie("N=one|" + stamp(4000) + "|" + stamp(8000));
  EXPECT_EQ(state_of(expired), "expired");
  EXPECT_EQ(expired.session->last_used, seconds(4000));
  EXPECT_EQ(expired.session->good_for, std::nullopt);
  EXPECT_EQ(state_of(with_cookie("N=one|" + stamp(40) + "|" + stamp(90'000))), "too old");
}

TEST_F(ExplainSessions, AreThoseOfTheCookieThatCounts) {
  given("", kCookie);
  EXPECT_EQ(state_of(explained()), "none");
  EXPECT_EQ(state_of(with_cookie("N=nobody")), "invalid");
  const Explanation several = with_cookie("N=nobody; N=two; M=one");
  EXPECT_EQ(several.session->value, "two");
  EXPECT_EQ(several.session->sent, 2U);
  EXPECT_EQ(several.session->server, "two");
}

TEST_F(ExplainSessions, GetTheFlagsThatTheLogWillShow) {
  given("", "cookie = { name = \"N\"; maxidle = \"1h\"; };");
  auto flags = [](const Explanation& explanation) {
    const proxy::CookieFlags& cookie = explanation.outcome.cookie;
    return std::string{cookie.presented, cookie.given};
  };
  EXPECT_EQ(flags(explained()), "NI");
  EXPECT_EQ(flags(with_cookie("N=one|" + stamp(10))), "VN");
  EXPECT_EQ(flags(with_cookie("N=one|" + stamp(1000))), "VU");
  EXPECT_EQ(flags(with_cookie("N=one|" + stamp(10'000))), "EI");
  server(0) = Availability::maint;
  EXPECT_EQ(flags(with_cookie("N=one|" + stamp(10))), "DI");
}

class ExplainListeners : public ExplainTest {
 protected:
  std::string certificate_for(const std::string& name, const std::string& file) {
    auto pem = net::make_self_signed({name}, std::chrono::days(90));
    return write(file, pem->certificate + pem->key).string();
  }
  std::string listener_of(const std::string& url) { return explained({.url = url}).listener.name; }
};

TEST_F(ExplainListeners, AreChosenByPortAndAddress) {
  given(R"(listeners = {
    any  = { bind = ":80"; redirect = { scheme = "https"; }; };
    one  = { bind = ["127.0.0.1:81", "127.0.0.1:82"]; redirect = { scheme = "https"; }; };
    two  = { bind = "127.0.0.2:81"; redirect = { scheme = "https"; }; };
    six  = { bind = "[::1]:80"; redirect = { scheme = "https"; }; };
    unix = { bind = "unix:/run/x"; redirect = { scheme = "https"; }; };
  }; backends = { app = { servers = { one = { address = "10.0.0.1"; }; }; }; };)");
  EXPECT_EQ(listener_of("http://a.example/"), "any");
  EXPECT_EQ(listener_of("HTTP://10.1.1.1/"), "any");
  EXPECT_EQ(listener_of("http://[::1]/"), "six");
  EXPECT_EQ(listener_of("http://127.0.0.2:81/"), "two");
  EXPECT_EQ(listener_of("http://a.example:82/"), "one");
  EXPECT_EQ(explained({.url = "http://a.example:82/"}).listener.bind, "127.0.0.1:82");
  EXPECT_EQ(refused({.url = "http://a.example:81/"}),
            "port 81 belongs to listeners one and two, at different addresses: name one with "
            "--listener");
  EXPECT_EQ(explained({.url = "http://a.example:81/", .listener = "two"}).listener.name, "two");
  EXPECT_EQ(explained({.url = "http://a.example/", .listener = "unix"}).listener.bind,
            "unix:/run/x");
}

TEST_F(ExplainListeners, ThatAreNotThereAreSaidWithThoseThatAre) {
  given("", "");
  EXPECT_EQ(refused({.url = "http://a:81/"}),
            "no listener has port 81 (there are web :80): name one with --listener");
  EXPECT_EQ(refused({.url = "http://a/", .listener = "wbe"}),
            "there is no listener 'wbe' (there are web :80)");
  EXPECT_EQ(refused({.url = "https://a:80/"}),
            "port 80 is that of listener web, which speaks no TLS: write http://");
}

TEST_F(ExplainListeners, AnswerWithTheCertificateOfTheName) {
  given("listeners = { web = { bind = \":443\"; backend = \"app\"; tls = { certificates = [\"" +
        certificate_for("a.example", "a.pem") + "\", \"" + certificate_for("*.b.example", "b.pem") +
        "\"]; }; }; strict = { bind = \":444\"; backend = \"app\"; tls = { strict_sni = true; "
        "certificates = \"" +
        certificate_for("a.example", "c.pem") +
        "\"; }; }; };\nbackends = { app = { servers = { one = { address = \"10.0.0.1\"; }; }; }; "
        "};");
  auto certificate = [&](const std::string& url) {
    auto served = explained({.url = url}).listener.certificate;
    return served ? served->names.front() + (served->bears_name ? "" : "?") : "none";
  };
  EXPECT_EQ(certificate("https://a.example/"), "a.example");
  EXPECT_EQ(certificate("https://A.Example./"), "a.example");
  EXPECT_EQ(certificate("https://x.b.example/"), "*.b.example");
  EXPECT_EQ(certificate("https://c.example/"), "a.example?");
  EXPECT_EQ(certificate("https://c.example:444/"), "none");
  EXPECT_EQ(explained({.url = "https://127.0.0.1/"}).listener.server_name, "");
  EXPECT_EQ(in_short(explained({.url = "https://c.example:444/"}).outcome),
            "0: the TLS handshake is refused: no certificate bears that name (strict_sni)");
  EXPECT_EQ(refused({.url = "http://a.example:443/"}),
            "port 443 is that of listener web, which speaks TLS: write https://");
}

}  // namespace
}  // namespace stickler::observe
