// SPDX-License-Identifier: MIT
// Health checks.
#include "translation.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;
using Kind = config::Check::Kind;
using Ranges = std::vector<std::pair<unsigned, unsigned>>;

class Checks : public Translating {
 protected:
  static std::string text(const std::string& lines, const std::string& options = "check") {
    return "listen app\n mode http\n bind :80\n server a 10.0.0.1:80 " + options +
           "\n server b 10.0.0.2:80 " + options + "\n" + lines;
  }
  config::Check check(const std::string& lines, const std::string& options = "check") const {
    return backend(text(lines, options)).check;
  }
  std::string said(const std::string& lines) const { return complaints(text(lines)); }
};

TEST_F(Checks, AreThereOnlyIfServersAreChecked) {
  EXPECT_EQ(check(" option httpchk\n", "").kind, Kind::off);
  EXPECT_EQ(check("", "check").kind, Kind::tcp);
  EXPECT_EQ(check("", "check check-ssl").kind, Kind::tls);
  EXPECT_EQ(check(" option tcp-check\n").kind, Kind::tcp);
  EXPECT_EQ(check(" option ssl-hello-chk\n").kind, Kind::tls);
  EXPECT_EQ(check(" option httpchk\n no option httpchk\n").kind, Kind::tcp);
}

struct RequestCase {
  std::string lines;
  std::string request;
  std::string host;
};
class Requests : public Checks, public testing::WithParamInterface<RequestCase> {};
TEST_P(Requests, AreThose) {
  config::Check asked = check(GetParam().lines);
  EXPECT_EQ(asked.kind, Kind::http);
  EXPECT_EQ(asked.method + " " + asked.path, GetParam().request);
  EXPECT_EQ(asked.host, GetParam().host);
}
INSTANTIATE_TEST_SUITE_P(
    Check, Requests,
    testing::Values(RequestCase{" option httpchk\n", "OPTIONS /", ""},
                    RequestCase{" option httpchk /a\n", "OPTIONS /a", ""},
                    RequestCase{" option httpchk HEAD /status\n", "HEAD /status", ""},
                    RequestCase{" option httpchk GET /a HTTP/1.1\\r\\nHost:\\ a.example\n",
                                "GET /a", "a.example"},
                    RequestCase{
                        " option httpchk\n http-check send meth GET uri /a?b ver HTTP/1.1 hdr "
                        "Host a.example\n",
                        "GET /a?b", "a.example"}));

struct ExpectCase {
  std::string line;
  Ranges statuses;
  std::string body;
};
class Expectations : public Checks, public testing::WithParamInterface<ExpectCase> {};
TEST_P(Expectations, AreThose) {
  config::Check asked = check(" option httpchk GET /\n" + GetParam().line);
  EXPECT_EQ(asked.expect, GetParam().statuses);
  EXPECT_EQ(asked.body, GetParam().body);
}
INSTANTIATE_TEST_SUITE_P(
    Check, Expectations,
    testing::Values(
        ExpectCase{"", {{200, 399}}, ""},
        ExpectCase{" http-check expect status 200\n", {{200, 200}}, ""},
        ExpectCase{" http-check expect status 200-299,404\n", {{200, 299}, {404, 404}}, ""},
        ExpectCase{" http-check expect rstatus ^[23]\n", {{200, 399}}, ""},
        ExpectCase{" http-check expect rstatus 404|^5\n", {{404, 404}, {500, 599}}, ""},
        ExpectCase{" http-check expect string \"all is well\"\n", {{100, 599}}, "all is well"},
        ExpectCase{
            " http-check expect string a\n http-check expect status 201\n", {{201, 201}}, "a"}));

TEST_F(Checks, HaveTheirPace) {
  config::Check asked =
      check(" timeout check 1s\n",
            "check inter 3000 fastinter 500ms downinter 10s rise 4 fall 5 port 81");
  EXPECT_EQ(asked.interval, 3s);
  EXPECT_EQ(asked.fast_interval, 500ms);
  EXPECT_EQ(asked.down_interval, 10s);
  EXPECT_EQ(asked.timeout, 1s);
  EXPECT_EQ(asked.rise, 4u);
  EXPECT_EQ(asked.fall, 5u);
  EXPECT_EQ(asked.port, 81u);
}

TEST_F(Checks, MayGoElsewhereOrOverTls) {
  config::Check asked = check(" option httpchk GET /\n http-check connect port 8443 ssl\n");
  EXPECT_EQ(asked.port, 8443u);
  EXPECT_TRUE(asked.tls);
}

TEST_F(Checks, OwnRulesReplaceThoseOfTheDefaults) {
  config::Config config =
      whole("defaults\n mode http\n option httpchk GET /\n http-check expect status 204\n" +
            text(" http-check expect status 201\n"));
  EXPECT_EQ(config.backends[0].check.expect, (Ranges{{201, 201}}));
}

TEST_F(Checks, AreForAllServersOrNone) {
  EXPECT_THAT(
      complaints("listen app\n mode http\n bind :80\n server a 10.0.0.1:80 check\n"
                 " server b 10.0.0.2:80\n"),
      testing::StartsWith("5: no check of b: all servers of a backend are checked, or none"));
}

TEST_F(Checks, HaveOnePace) {
  EXPECT_THAT(
      complaints("listen app\n mode http\n bind :80\n server a 10.0.0.1:80 check inter 1s\n"
                 " server b 10.0.0.2:80 check inter 2s\n"),
      testing::HasSubstr("5: server b 10.0.0.2:80 check inter 2s: its servers differ in interval"));
}

struct RefusedCheck {
  std::string line;
  std::string why;
};
class RefusedChecks : public Checks, public testing::WithParamInterface<RefusedCheck> {};
TEST_P(RefusedChecks, AreComplaints) {
  EXPECT_THAT(said(" option httpchk GET /\n " + GetParam().line + "\n"),
              testing::HasSubstr("7: " + GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Check, RefusedChecks,
    testing::Values(
        RefusedCheck{"http-check expect ! status 500",
                     "http-check expect ! status 500: what a check does"},
        RefusedCheck{"http-check expect rstring x", "http-check expect rstring x: a check expects"},
        RefusedCheck{"http-check expect status x", "http-check expect status x: \"x\" is neither"},
        RefusedCheck{"http-check expect rstatus (",
                     "http-check expect rstatus (: no status fits it"},
        RefusedCheck{"http-check disable-on-404", "http-check disable-on-404: a server answers"},
        RefusedCheck{"http-check set-var(check.a) int(1)",
                     "http-check set-var(check.a) int(1): a check is"},
        RefusedCheck{"http-check send hdr X-A b", "hdr X-A: a check sends no fields but Host"},
        RefusedCheck{"http-check send body x", "body x: a check is a method and a path"},
        RefusedCheck{"http-check connect sni x", "sni: a check chooses its port"},
        RefusedCheck{"option httpchk GET /a HTTP/1.1\\r\\nX-A:\\ b",
                     "X-A: b: a check sends no fields"},
        RefusedCheck{"option httpchk GET status", "option httpchk GET status: the path is missing"},
        RefusedCheck{"option external-check", "option external-check: a check is made by"},
        RefusedCheck{"tcp-check send x", "tcp-check send x: a check over TCP"}));

TEST_F(Checks, AnAnswerToHeadHasNoBody) {
  EXPECT_THAT(said(" option httpchk HEAD /\n http-check expect string x\n"),
              testing::HasSubstr("7: http-check expect string x: an answer to HEAD has no body"));
}

}  // namespace
}  // namespace stickler::haproxy
