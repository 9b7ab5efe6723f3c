// SPDX-License-Identifier: MIT
// Rules under conditions as a list of routes of which the first that fits decides. What becomes of
// a request is asked of the routes.
#include <algorithm>

#include "translation.h"

namespace stickler::haproxy {
namespace {

// "GET /path host": where it goes: "redirect 301 https", "answer 403", "app", "app/one".
std::string outcome(const config::Listener& listener, const config::Route* route) {
  const auto& redirect = route != nullptr ? route->redirect : listener.redirect;
  if (redirect) return "redirect " + std::to_string(redirect->code);
  if (route != nullptr && route->answer) return "answer " + std::to_string(route->answer->status);
  std::string backend =
      route != nullptr && !route->backend.empty() ? route->backend : listener.backend;
  return route != nullptr && !route->server.empty() ? backend + "/" + route->server : backend;
}

struct Asked {
  std::string method = "GET";
  std::string host = "www.example.com";
  std::string path = "/";
};

bool fits(const config::Route& route, const Asked& asked) {
  auto has = [](const std::vector<std::string>& texts, const std::string& text) {
    return texts.empty() || std::ranges::find(texts, text) != texts.end();
  };
  auto begins = [&](const std::string& prefix) { return asked.path.starts_with(prefix); };
  bool prefixed = route.path_prefixes.empty() || std::ranges::any_of(route.path_prefixes, begins);
  return prefixed && has(route.hosts, asked.host) && has(route.paths, asked.path) &&
         has(route.methods, asked.method);
}

class Rules : public Translating {
 protected:
  static std::string text(const std::string& rules, const std::string& more = "") {
    return "frontend web\n mode http\n bind :80\n bind :443 ssl crt /x.pem\n" + rules +
           " default_backend app\n" + named_backend("app", more) + named_backend("api") +
           named_backend("acme");
  }
  static std::string named_backend(const std::string& name, const std::string& more = "") {
    return "backend " + name + "\n mode http\n server one 10.0.0.1:80\n server two 10.0.0.2:80\n" +
           more;
  }

  void given(const std::string& rules, const std::string& more = "") {
    config_ = whole(text(rules, more));
  }

  const config::Route* route(const Asked& asked, bool tls) const {
    for (const config::Route& route : config_.listeners.at(tls ? 1 : 0).routes) {
      if (fits(route, asked)) return &route;
    }
    return nullptr;
  }
  std::string at(const Asked& asked, bool tls) const {
    return outcome(config_.listeners.at(tls ? 1 : 0), route(asked, tls));
  }
  std::string plain(const Asked& asked) const { return at(asked, false); }
  std::string secure(const Asked& asked) const { return at(asked, true); }

  // The value that requests get in a field at the TLS listener.
  std::string value(const std::string& name, const Asked& asked) const {
    const config::Route* found = route(asked, true);
    std::string value;
    for (const auto& [key, set] : config_.listeners.at(1).request.set) {
      if (key == name) value = set;
    }
    if (found == nullptr) return value;
    for (const auto& [key, set] : found->request.set) {
      if (key == name) value = set;
    }
    return value;
  }

  config::Config config_;
};

TEST_F(Rules, TheFirstThatFitsDecides) {
  given(" use_backend api if { path_beg /api/ }\n use_backend acme if { path_beg /api/x /y }\n");
  EXPECT_EQ(secure({.path = "/api/x"}), "api");
  EXPECT_EQ(secure({.path = "/y"}), "acme");
  EXPECT_EQ(secure({.path = "/"}), "app");
}

TEST_F(Rules, ARedirectToTlsLeavesTheTlsListenerAlone) {
  given(" http-request redirect scheme https code 301 unless { ssl_fc }\n");
  EXPECT_EQ(plain({}), "redirect 301");
  EXPECT_EQ(secure({}), "app");
  EXPECT_THAT(config_.listeners[0].routes, testing::IsEmpty());
}

TEST_F(Rules, ANegatedAclIsAnExceptionAbove) {
  given(
      " acl acme path_beg /.well-known/\n"
      " http-request redirect scheme https if !{ ssl_fc } !acme\n use_backend acme if acme\n");
  EXPECT_EQ(plain({.path = "/.well-known/x"}), "acme");
  EXPECT_EQ(plain({.path = "/"}), "redirect 302");
  EXPECT_EQ(secure({.path = "/.well-known/x"}), "acme");
  EXPECT_EQ(secure({.path = "/"}), "app");
}

TEST_F(Rules, AndOrNotAndUnless) {
  given(
      " acl a path_beg /a\n acl b method PUT\n acl c hdr(host) c.example\n"
      " use_backend api if a b or c !b\n use_backend acme unless a || b\n");
  for (const char* method : {"GET", "PUT"}) {
    for (const char* host : {"c.example", "d.example"}) {
      for (const char* path : {"/a", "/b"}) {
        bool a = path[1] == 'a', b = method[0] == 'P', c = host[0] == 'c';
        std::string expected = (a && b) || (c && !b) ? "api" : !(a || b) ? "acme" : "app";
        EXPECT_EQ(secure({.method = method, .host = host, .path = path}), expected)
            << method << host << path;
      }
    }
  }
}

// Every pair of rules of a kind that decides or goes on, under conditions of every shape, does what
// HAProxy does: tried in order, with each condition as it is.
TEST_F(Rules, AnyTwoRulesTogetherDoAsInTheirOrder) {
  const std::vector<std::string> conditions{"if a",     "if !a",     "if a b",     "if a !b",
                                            "if !a !b", "if a or b", "unless a b", "unless a or b"};
  auto holds = [](std::size_t condition, bool a, bool b) {
    const bool values[]{a, !a, a && b, a && !b, !a && !b, a || b, !(a && b), !(a || b)};
    return values[condition];
  };
  for (std::size_t one = 0; one < conditions.size(); ++one) {
    for (std::size_t two = 0; two < conditions.size(); ++two) {
      given(" acl a path_beg /a\n acl b method PUT\n http-request set-header X-A 1 " +
            conditions[one] + "\n http-request deny " + conditions[two] + "\n");
      for (bool a : {false, true}) {
        for (bool b : {false, true}) {
          Asked asked{.method = b ? "PUT" : "GET", .path = a ? "/a" : "/b"};
          bool denied = holds(two, a, b);
          EXPECT_EQ(secure(asked), denied ? "answer 403" : "app") << conditions[two];
          if (denied) continue;
          EXPECT_EQ(value("X-A", asked), holds(one, a, b) ? "1" : "") << conditions[one];
        }
      }
    }
  }
}

TEST_F(Rules, RulesOfTheBackendFollow) {
  given(" use_backend api if { path_beg /api/ }\n",
        " http-request deny if { path /secret }\n use-server two if { path_beg /git/ }\n");
  EXPECT_EQ(secure({.path = "/secret"}), "answer 403");
  EXPECT_EQ(secure({.path = "/git/x"}), "app/two");
  EXPECT_EQ(secure({.path = "/api/"}), "api");
}

TEST_F(Rules, AllowLeavesOutTheOtherRulesOfItsKind) {
  given(
      " http-request allow if { path_beg /free/ }\n http-request deny if { method PUT }\n"
      " http-request set-header X-A 1\n use_backend api if { path /free/api }\n");
  EXPECT_EQ(secure({.method = "PUT", .path = "/free/x"}), "app");
  EXPECT_EQ(secure({.method = "PUT", .path = "/free/api"}), "api");
  EXPECT_EQ(secure({.method = "PUT", .path = "/"}), "answer 403");
  EXPECT_EQ(value("X-A", {.path = "/free/x"}), "");
  EXPECT_EQ(value("X-A", {.path = "/"}), "1");
}

TEST_F(Rules, TheLastEditOfAFieldWins) {
  given(" http-request set-header X-A 1\n http-request set-header X-A 2 if { path_beg /a }\n");
  EXPECT_EQ(value("X-A", {.path = "/a"}), "2");
  EXPECT_EQ(value("X-A", {.path = "/b"}), "1");
  given(" http-request set-header X-A 2 if { path_beg /a }\n http-request set-header X-A 1\n");
  EXPECT_EQ(value("X-A", {.path = "/a"}), "1");
  EXPECT_EQ(value("X-A", {.path = "/b"}), "1");
}

TEST_F(Rules, NoDefaultBackendMeans503) {
  config::Listener web = listener(
      "frontend web\n mode http\n bind :80\n use_backend app if "
      "{ path_beg /a }\n" +
      named_backend("app"));
  ASSERT_EQ(web.routes.size(), 2u);
  EXPECT_EQ(web.routes[1].answer->status, 503u);
}

TEST_F(Rules, ABackendWithoutServersAnswersByItsRules) {
  config_ = whole(
      "frontend web\n mode http\n bind :80\n default_backend gone\n"
      "backend gone\n mode http\n http-request redirect location https://new.example/x\n");
  EXPECT_EQ(plain({}), "redirect 302");
  EXPECT_EQ(config_.listeners[0].redirect->host, "new.example");
  EXPECT_EQ(config_.listeners[0].redirect->path, "/x");
}

struct RedirectCase {
  std::string words;
  std::string scheme;
  std::string host;
  unsigned port;
  std::string path;
  unsigned code;
};
class Redirects : public Translating, public testing::WithParamInterface<RedirectCase> {};
TEST_P(Redirects, AreThose) {
  config::Redirect to =
      *listener("listen web\n mode http\n bind :8080\n redirect " + GetParam().words + "\n")
           .redirect;
  EXPECT_EQ(to.scheme, GetParam().scheme);
  EXPECT_EQ(to.host, GetParam().host);
  EXPECT_EQ(to.port, GetParam().port);
  EXPECT_EQ(to.path, GetParam().path);
  EXPECT_EQ(to.code, GetParam().code);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, Redirects,
    testing::Values(
        RedirectCase{"scheme https", "https", "", 0, "", 302},
        RedirectCase{"scheme https code 301", "https", "", 0, "", 301},
        RedirectCase{"prefix https://a.example", "https", "a.example", 0, "", 302},
        RedirectCase{"code 308 prefix http://a.example:81", "http", "a.example", 81, "", 308},
        RedirectCase{"location https://a.example/b", "https", "a.example", 0, "/b", 302},
        RedirectCase{"location https://a.example", "https", "a.example", 0, "/", 302},
        RedirectCase{"location https://%[hdr(host)]%[capture.req.uri]", "https", "", 0, "", 302},
        RedirectCase{"location /b code 303", "", "", 8080, "/b", 303}));

class RefusedRedirects : public Translating, public testing::WithParamInterface<std::string> {};
TEST_P(RefusedRedirects, AreComplaints) {
  EXPECT_THAT(complaints(in_listen(" redirect " + GetParam() + "\n")),
              testing::StartsWith("6: redirect " + GetParam() + ": "));
}
INSTANTIATE_TEST_SUITE_P(Rules, RefusedRedirects,
                         testing::Values("code 301", "scheme ftp", "scheme http",
                                         "scheme https code 200", "prefix /a",
                                         "prefix https://a.example/b", "prefix ftp://a",
                                         "location https://a.example/%[path]", "location /a?b=c",
                                         "location https://a.example/ drop-query",
                                         "location https://:80/", "location https://a:x/",
                                         "scheme https frob", "scheme https if nobody"));

struct AnswerCase {
  std::string words;
  unsigned status;
  std::string body;
};
class Answers : public Translating, public testing::WithParamInterface<AnswerCase> {};
TEST_P(Answers, AreThose) {
  config::Answer answer =
      *listener(in_listen(" http-request " + GetParam().words + " if { path /x }\n"))
           .routes[0]
           .answer;
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.body, GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(
    Rules, Answers,
    testing::Values(AnswerCase{"deny", 403, "403 Forbidden\n"},
                    AnswerCase{"deny deny_status 429", 429, "429 Too Many Requests\n"},
                    AnswerCase{"deny status 404 string gone", 404, "gone"},
                    AnswerCase{"return status 204", 204, ""},
                    AnswerCase{"return status 200 content-type text/html lf-string \"<a>\\n\"", 200,
                               "<a>\n"},
                    AnswerCase{"return", 200, ""}));

TEST_F(Rules, AnAnswerHasATypeAndFields) {
  config::Answer answer =
      *listener(in_listen(" http-request return status 200 content-type text/css "
                          "string x hdr X-A %[src] hdr X-B b\n"))
           .routes[0]
           .answer;
  EXPECT_EQ(answer.content_type, "text/css");
  EXPECT_EQ(answer.fields, (std::vector<config::NameValue>{{"X-A", "${client}"}, {"X-B", "b"}}));
}

TEST_F(Rules, MonitoringIsAnAnswer) {
  config::Route route = listener(in_listen(" monitor-uri /alive\n")).routes.front();
  EXPECT_THAT(route.paths, testing::ElementsAre("/alive"));
  EXPECT_EQ(route.answer->status, 200u);
}

class RefusedRules : public Translating, public testing::WithParamInterface<std::string> {};
TEST_P(RefusedRules, AreComplaintsWithTheirLine) {
  EXPECT_THAT(complaints(in_listen(" " + GetParam() + "\n")),
              testing::StartsWith("6: " + GetParam() + ": "));
}
INSTANTIATE_TEST_SUITE_P(
    Rules, RefusedRules,
    testing::Values("http-request auth", "http-request tarpit", "http-request set-path /x",
                    "http-request set-var(txn.a) src", "http-request track-sc0 src",
                    "http-request replace-header A b c", "http-request frob",
                    "http-request use-service lua.x", "http-request deny frob 1",
                    "http-request deny status 99", "http-request return file /x",
                    "http-request return lf-string %[src]", "http-request return hdr X",
                    "http-request set-header X-A %[rand]", "http-request set-header Connection x",
                    "http-request set-header X-A b c", "http-request del-header X- -m beg",
                    "http-request deny if", "http-request deny if { path /x",
                    "http-request deny if a", "http-request deny if or { path /x }",
                    "http-response set-status 200", "http-response set-header X %[res.hdr(a)]",
                    "http-response set-header X a if { path /x }", "use_backend nobody",
                    "use_backend %[hdr(host)]", "use-server nobody if { path /x }",
                    "default_backend nobody"));

TEST_F(Rules, ADroppedRefusalIsSaidAloud) {
  EXPECT_THAT(complaints(in_listen(" http-request deny frob 1 if { path /x }\n")),
              testing::HasSubstr("requests that it would refuse are let through"));
}

TEST_F(Rules, TwoPatternsAtOnceAreAComplaint) {
  EXPECT_THAT(
      complaints(text(" use_backend api if { path_end .a } { path_sub b }\n")),
      testing::StartsWith("5: use_backend api if { path_end .a } { path_sub b }: a route has "
                          "one pattern"));
}

TEST_F(Rules, TooManyCasesAreAComplaint) {
  std::string rules;
  for (int i = 0; i < 12; ++i) {
    std::string n = std::to_string(i);
    rules += " http-request set-header X-" + n + " 1 if { hdr(A-" + n + ") 1 }\n";
  }
  EXPECT_THAT(complaints(text(rules)), testing::HasSubstr("it has too many cases"));
  config_of(text(rules));
}

TEST_F(Rules, EditsOfResponsesAreForAll) {
  config_ =
      whole(text(" http-response set-header X-A 1 if { ssl_fc }\n"
                 " http-response add-header X-B %s\n http-after-response del-header Server\n",
                 " http-response set-header X-C 1\n"));
  EXPECT_THAT(config_.listeners[0].response.set, testing::IsEmpty());
  EXPECT_EQ(config_.listeners[1].response.set[0].second, "1");
  EXPECT_EQ(config_.listeners[1].response.add[0].second, "${server}");
  EXPECT_THAT(config_.listeners[1].response.remove, testing::ElementsAre("Server"));
  EXPECT_EQ(config_.backends[0].response.set[0].first, "X-C");
}

TEST_F(Rules, AnEditOfABackendThatDependsOnTheListenerIsSettledThere) {
  EXPECT_THAT(complaints(text("", " http-response set-header X-A 1 if { ssl_fc }\n")),
              testing::HasSubstr("its listeners differ"));
  std::string tls_only =
      "frontend web\n mode http\n bind :443 ssl crt /x.pem\n default_backend app\n";
  config_ = whole(tls_only + named_backend("app",
                                           " http-response set-header X-A 1 if { ssl_fc }\n"
                                           " http-request set-header X-P %[dst_port]\n"));
  EXPECT_EQ(config_.backends[0].response.set[0].first, "X-A");
  EXPECT_EQ(config_.listeners[0].routes[0].request.set[0].second, "443");
}

}  // namespace
}  // namespace stickler::haproxy
