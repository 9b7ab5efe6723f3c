// SPDX-License-Identifier: MIT
// Explanations as people read them.
#include "observe/explain_text.h"

#include "observe/explain_fixture.h"

namespace stickler::observe {
namespace {

using balance::Availability;

class ExplainText : public ExplainTest {
 protected:
  // The whole text, without the folder of the test's file.
  std::string text(const Explanation& explanation) const {
    std::string all = explanation_text(explanation);
    const std::string folder = folder_.string() + "/";
    for (std::size_t at; (at = all.find(folder)) != std::string::npos;)
      all.erase(at, folder.size());
    return all;
  }
  // Of the line with that label, what stands behind it, without its place.
  std::string line(const std::string& label, const Explanation& explanation) const {
    const std::string all = "\n" + text(explanation);
    const std::size_t at = all.find("\n" + label);
    if (at == std::string::npos) return "";
    const std::size_t begin = all.find_first_not_of(' ', at + 1 + label.size());
    std::string found = all.substr(begin, all.find('\n', begin) - begin);
    found.resize(std::min(found.size(), found.find("  test.conf")));
    return found.substr(0, found.find_last_not_of(' ') + 1);
  }
  std::string cookie_line(const std::string& cookie) { return line("cookie", with_cookie(cookie)); }
};

TEST_F(ExplainText, IsALineForEachStepWithItsPlace) {
  given("routes = { git = { path_prefix = \"/git/\"; server = \"one\"; }; };",
        "cookie = { name = \"N\"; maxidle = \"24h\"; };");
  const std::string cookie = "N=two|" + stamp(3 * 3600 + 60) + "|" + stamp(2 * 86'400 + 60);
  EXPECT_EQ(text(explained({.url = "http://a.example/project", .cookies = {cookie}})),
            R"(request   GET http://a.example/project from 127.0.0.1
listener  web (:80)                                                       test.conf:1
route     none of 1 fits, so backend app
          not git: path does not begin with /git/                         test.conf:2
backend   app                                                             test.conf:3
cookie    N = two, first given 2 d ago, used 3 h ago, good for 20 h more (maxidle 1d)
server    two (10.0.0.2:80): up                                           test.conf:6
answer    two, with its cookie renewed   reason: cookie
)"
            "if two were down: any of one, three (roundrobin), with a new cookie   "
            "reason: redispatched: two is down\n");
}

TEST_F(ExplainText, NamesThePinAndWhatItMeansForSessions) {
  given("routes = { git = { path_prefix = \"/git/\"; server = \"one\"; }; };",
        "cookie = { name = \"N\"; };");
  EXPECT_EQ(text(explained({.url = "http://a/git/x"})),
            R"(request   GET http://a/git/x from 127.0.0.1
listener  web (:80)                                                       test.conf:1
route     git fits, so one of backend app                                 test.conf:2
backend   app                                                             test.conf:3
cookie    N does not count: route git pins a server, and leaves sessions alone
server    one (10.0.0.1:80): up                                           test.conf:5
answer    one   reason: pinned by route git
if one were down: 503 Service Unavailable   reason: route git: one is down
)");
}

TEST_F(ExplainText, SaysWhichConditionIsNotMet) {
  given(R"(routes = {
    a = { host = "b.example"; server = "one"; };
    b = { host = ["b.example", "c.example"]; server = "one"; };
    c = { path = ["/x", "/y"]; server = "one"; };
    d = { path_regex = "/[0-9]+"; server = "one"; };
    e = { method = "POST"; server = "one"; };
    f = { field = { X-A = ""; }; server = "one"; };
    g = { field = { X-B = "1"; }; server = "one"; };
  };)",
        "");
  std::string all;
  for (const auto& route : explained().routes) all += route.name + ": " + route.mismatch + "\n";
  EXPECT_EQ(all,
            "a: host is not b.example\n"
            "b: host is none of b.example, c.example\n"
            "c: path is none of /x, /y\n"
            "d: path does not match /[0-9]+\n"
            "e: method is not POST\n"
            "f: there is no field X-A\n"
            "g: no field X-B says \"1\"\n");
}

TEST_F(ExplainText, TellsASessionsStory) {
  given("", R"(cookie = { name = "N"; maxidle = "1h"; maxlife = "10d"; };)");
  EXPECT_EQ(cookie_line("a=1"), "N did not come: nobody's session yet");
  EXPECT_EQ(cookie_line("N=two"), "N = two");
  EXPECT_EQ(cookie_line("N=two|" + stamp(0)),
            "N = two, used just now, good for 60 min more (maxidle 1h, maxlife 10d)");
  EXPECT_EQ(cookie_line("N=two|" + stamp(-300)),
            "N = two, used 5 min from now, good for 65 min more (maxidle 1h, maxlife 10d)");
  EXPECT_EQ(cookie_line("N=two|" + stamp(40'000)),
            "N = two, used 11 h ago, which is too long (maxidle 1h)");
  EXPECT_EQ(cookie_line("N=two|" + stamp(-200'000)),
            "N = two, dated 2 d from now, which is not believed");
  EXPECT_EQ(cookie_line("N=two|" + stamp(0) + "|" + stamp(1'000'000)),
            "N = two, first given 11 d ago, which is too long (maxlife 10d)");
  EXPECT_EQ(cookie_line("N=four"), "N = four: no server is called so");
  EXPECT_EQ(cookie_line("N=four; N=two; N=one"), "N = two (of 3 that came, this one counts)");
}

TEST_F(ExplainText, TellsServersByTheirCookiesAndOldNames) {
  given(R"(listeners = { web = { bind = ":80"; backend = "app"; }; };
    backends = { app = { cookie = { name = "N"; }; servers = {
      one = { address = "10.0.0.1"; cookie = "A"; };
      two = { address = "10.0.0.2"; formerly = "old"; }; }; }; };)");
  EXPECT_EQ(cookie_line("N=A"), "N = A, which is one");
  EXPECT_EQ(cookie_line("N=old"), "N = old, which two was called formerly");
}

TEST_F(ExplainText, TellsTheStateOfServers) {
  given("", "cookie = { name = \"N\"; };");
  server(0) = Availability::drain;
  EXPECT_EQ(line("server", with_cookie("N=one")),
            "one (10.0.0.1:80): draining: keeps its sessions, takes no new ones");
  server(0) = Availability::up;
  backend().server(0).view().weight = 0;
  EXPECT_EQ(line("server", with_cookie("N=one")),
            "one (10.0.0.1:80): weight 0: keeps its sessions, takes no new ones");
  backend().server(0).view().weight = 1;
  fill(0);
  backend().server(0).view().queued = 2;
  EXPECT_EQ(line("server", with_cookie("N=one")),
            "one (10.0.0.1:80): up, 1 of 1 places taken, 2 waiting");
}

TEST_F(ExplainText, TellsWaitsWithTheirLimit) {
  given("", "cookie = { name = \"N\"; }; timeouts = { queue = \"7s\"; };");
  fill(1);
  EXPECT_EQ(line("answer", with_cookie("N=two")),
            "waits for a place at two for 7s (timeouts.queue), then 503 Service Unavailable   "
            "reason: cookie");
  all_are(Availability::down);
  EXPECT_EQ(line("answer", explained()),
            "waits for a server for 7s (timeouts.queue), then 503 Service Unavailable   "
            "reason: no server is usable");
}

TEST_F(ExplainText, IsShortWhereNoServerIsAsked) {
  given(R"(listeners = { web = { bind = ":80"; redirect = { scheme = "https"; }; }; };
    backends = { app = { servers = { one = { address = "10.0.0.1"; }; }; }; };)");
  EXPECT_EQ(text(explained({.url = "http://a.example/x?y"})),
            R"(request   GET http://a.example/x?y from 127.0.0.1
listener  web (:80)                                                       test.conf:1
answer    302 Found to https://a.example/x?y   reason: redirect of listener web
)");
}

TEST(SpanInWords, IsInTheLargestUnitOfWhichThereAreTwo) {
  using std::chrono::seconds;
  const std::pair<int, const char*> kSpans[] = {
      {0, "0 s"},     {119, "119 s"},    {120, "2 min"},   {7'199, "119 min"},
      {7'200, "2 h"}, {172'799, "47 h"}, {172'800, "2 d"}, {8'640'000, "100 d"}};
  for (auto [span, words] : kSpans) EXPECT_EQ(span_in_words(seconds(span)), words);
}

}  // namespace
}  // namespace stickler::observe
