// SPDX-License-Identifier: MIT
// What a file means: values, defaults, inheritance, several files.
#include "config/load.h"

#include "config_files.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

class Load : public ConfigFiles {
 protected:
  Listener listener(const std::string& more) const {
    return good(in_listener(more)).listeners.at(0);
  }
  Route route(const std::string& more) const {
    return good(in_route(more)).listeners[0].routes.at(0);
  }
  Backend backend(const std::string& more) const { return good(in_backend(more)).backends.at(0); }
  Timeouts timeouts(const std::string& more) const {
    return good(in_file("timeouts = { " + more + " };")).timeouts;
  }
};

TEST_F(Load, WhatIsNotWrittenKeepsItsDefault) {
  Config config = good(in_file(""));
  EXPECT_EQ(config.timeouts.server, 10min);
  EXPECT_EQ(config.timeouts.tunnel, 23h);
  EXPECT_EQ(config.backends[0].check.path, "/status");
  EXPECT_FALSE(config.backends[0].cookie.has_value());
  EXPECT_FALSE(config.listeners[0].tls.has_value());
}

TEST_F(Load, NamedGroupsKeepTheOrderOfTheFileAndTheirPlace) {
  Listener web = listener("routes = {\n z = { path = \"/z\"; };\n a = { path = \"/a\"; };\n};");
  ASSERT_EQ(web.routes.size(), 2u);
  EXPECT_EQ(web.routes[0].name, "z");
  EXPECT_EQ(web.routes[1].origin.line, 3);
  EXPECT_EQ(web.binds[0].origin.line, 1);
}

TEST_F(Load, ProcessAndLog) {
  Config config =
      good(in_file("process = { user = \"root\"; workers = 3; max_connections = 9; "
                   "stop_within = \"5s\"; };\nlog = { level = \"debug\"; access = "
                   "\"off\"; format = \"httplog\"; };"));
  EXPECT_EQ(config.process.workers, 3u);
  EXPECT_EQ(config.process.stop_within, 5s);
  EXPECT_EQ(config.log.level, Log::Level::debug);
  EXPECT_EQ(config.log.access, Log::Access::off);
}

TEST_F(Load, Tls) {
  Tls tls = *listener(
                 "tls = { certificates = [ \"/a\", \"/b\" ]; preset = \"modern\"; strict_sni = "
                 "true; tickets = false; session_cache = 0; ciphers = \"X\"; };")
                 .tls;
  EXPECT_THAT(tls.certificates, testing::ElementsAre("/a", "/b"));
  EXPECT_EQ(tls.preset, Tls::Preset::modern);
  EXPECT_TRUE(tls.strict_sni);
  EXPECT_FALSE(tls.tickets);
  EXPECT_EQ(tls.session_cache, 0u);
}

TEST_F(Load, Redirect) {
  Redirect redirect = *route(
                           "path = \"/\"; redirect = { scheme = \"https\"; code = 308; host = "
                           "\"b.example\"; port = 8443; path = \"/x\"; };")
                           .redirect;
  EXPECT_EQ(redirect.scheme, "https");
  EXPECT_EQ(redirect.code, 308u);
  EXPECT_EQ(redirect.port, 8443u);
  EXPECT_EQ(redirect.path, "/x");
}

TEST_F(Load, RouteConditionsAreOneTextOrAList) {
  Route found = route(
      "host = \"*.example.com\"; path = [ \"/a\", \"/b\" ]; path_prefix = \"/c/\"; "
      "method = [ \"GET\" ]; field = { X-Debug = \"\"; };");
  EXPECT_THAT(found.hosts, testing::ElementsAre("*.example.com"));
  EXPECT_THAT(found.paths, testing::ElementsAre("/a", "/b"));
  EXPECT_EQ(found.fields.at(0).name, "X-Debug");
  EXPECT_TRUE(found.strict);
  EXPECT_FALSE(found.max_body.has_value());
}

TEST_F(Load, RouteOutcomes) {
  EXPECT_EQ(route("server = \"two\"; strict = false; max_body = \"off\";").max_body, 0u);
  Answer answer =
      *route("answer = { status = 404; body = \"no\"; set = { X-A = \"b\"; }; };").answer;
  EXPECT_EQ(answer.status, 404u);
  EXPECT_THAT(answer.fields, testing::ElementsAre(NameValue("X-A", "b")));
}

TEST_F(Load, FieldEditsAndForwarded) {
  Listener web = listener(
      "request = { delete = \"X-A\"; set = { X-B = \"${host}\"; }; add = { X-C = "
      "\"c\"; }; }; forwarded = { for = \"off\"; host = false; trust = "
      "[ \"10.0.0.0/8\", \"::1\" ]; };");
  EXPECT_THAT(web.request.remove, testing::ElementsAre("X-A"));
  EXPECT_THAT(web.request.set, testing::ElementsAre(NameValue("X-B", "${host}")));
  EXPECT_EQ(web.forwarded.client, Forwarded::For::off);
  EXPECT_TRUE(web.forwarded.proto);
  EXPECT_EQ(web.forwarded.trust.size(), 2u);
}

TEST_F(Load, ListenerLimits) {
  Listener web =
      listener("max_body = \"50MB\"; max_head = \"32k\"; max_target = \"8k\"; max_fields = 20;");
  EXPECT_EQ(web.max_body, 50u << 20);
  EXPECT_EQ(web.max_head, 32u << 10);
  EXPECT_EQ(web.max_fields, 20u);
  EXPECT_EQ(listener("max_body = \"off\";").max_body, 0u);
}

TEST_F(Load, Cookie) {
  Cookie cookie = *backend(
                       "cookie = { name = \"s\"; maxidle = \"24h\"; secure = true; samesite = "
                       "\"off\"; httponly = false; domain = \".example.com\"; };")
                       .cookie;
  EXPECT_EQ(cookie.maxidle, 24h);
  EXPECT_EQ(cookie.maxlife, kNoLimit);
  EXPECT_EQ(cookie.secure, Cookie::Secure::always);
  EXPECT_EQ(cookie.samesite, Cookie::SameSite::unset);
  EXPECT_EQ(cookie.httponly, false);
}

TEST_F(Load, UnwrittenCookieAttributesAreLeftToTheConnection) {
  Cookie cookie = *backend("cookie = { name = \"s\"; };").cookie;
  EXPECT_EQ(cookie.secure, Cookie::Secure::automatic);
  EXPECT_FALSE(cookie.samesite.has_value());
  EXPECT_FALSE(cookie.httponly.has_value());
}

TEST_F(Load, CheckRequestAndStatuses) {
  Check check = backend("check = { http = \"GET /a?b=c\"; expect = \"200-299, 304\"; };").check;
  EXPECT_EQ(check.method, "GET");
  EXPECT_EQ(check.path, "/a?b=c");
  EXPECT_THAT(check.expect, testing::ElementsAre(testing::Pair(200, 299), testing::Pair(304, 304)));
  EXPECT_EQ(backend("check = { expect = [ 200, 204 ]; };").check.expect.size(), 2u);
}

TEST_F(Load, CheckKinds) {
  EXPECT_EQ(backend("check = { tcp = true; };").check.kind, Check::Kind::tcp);
  EXPECT_EQ(backend("check = { off = true; };").check.kind, Check::Kind::off);
  EXPECT_EQ(backend("check = { tls = true; };").check.kind, Check::Kind::tls);
  Check over_tls = backend("check = { tls = true; http = \"GET /\"; };").check;
  EXPECT_EQ(over_tls.kind, Check::Kind::http);
  EXPECT_TRUE(over_tls.tls);
}

TEST_F(Load, CheckTimesFollowTheInterval) {
  Check slow = backend("check = { interval = \"10s\"; };").check;
  EXPECT_EQ(slow.timeout, 10s);
  EXPECT_EQ(slow.down_interval, 10s);
  EXPECT_EQ(slow.fast_interval, 1s);
  EXPECT_EQ(backend("check = { interval = \"200ms\"; };").check.fast_interval, 200ms);
  EXPECT_EQ(backend("check = { interval = \"9s\"; timeout = \"3s\"; };").check.timeout, 3s);
}

TEST_F(Load, RedispatchIsAWordOrABoolean) {
  auto redispatch = [this](const std::string& value) {
    return backend("retry = { redispatch = " + value + "; };").retry.redispatch;
  };
  EXPECT_EQ(redispatch("\"last\""), Retry::Redispatch::last);
  EXPECT_EQ(redispatch("true"), Retry::Redispatch::always);
  EXPECT_EQ(redispatch("false"), Retry::Redispatch::never);
}

TEST_F(Load, AServersCookieIsItsNameAndItsPortEighty) {
  Backend app = backend("");
  EXPECT_EQ(app.servers[0].cookie, "one");
  EXPECT_EQ(app.servers[0].address, "10.0.0.1:80");
}

TEST_F(Load, LimitsOfTheClientFollowOneAnother) {
  Timeouts followed = timeouts("client = \"30s\"; head = \"5s\";");
  EXPECT_EQ(followed.head, 5s);
  EXPECT_EQ(followed.keepalive, 30s);
  EXPECT_EQ(followed.body, 30s);
  EXPECT_EQ(followed.handshake, 30s);
}

TEST_F(Load, WithoutALimitForClientsHeadsStillHaveOne) {
  Timeouts unlimited = timeouts("client = \"off\"; tunnel_age = \"off\";");
  EXPECT_EQ(unlimited.client, kNoLimit);
  EXPECT_EQ(unlimited.body, kNoLimit);
  EXPECT_EQ(unlimited.head, 1min);
}

TEST_F(Load, ListenersAndBackendsInheritTimeLimitsWhereverTheyStand) {
  Config config = good(in_listener("timeouts = { client = \"5m\"; };") +
                       "timeouts = { server = \"20m\"; head = \"7s\"; };");
  const Timeouts& web = config.listeners[0].timeouts;
  EXPECT_EQ(web.client, 5min);
  EXPECT_EQ(web.keepalive, 5min);
  EXPECT_EQ(web.head, 7s) << "said for the whole file";
  EXPECT_EQ(web.server, 20min);
  EXPECT_EQ(config.backends[0].timeouts.server, 20min);
}

TEST_F(Load, SeveralFilesJoinTheirGroups) {
  auto first = write("a.conf", in_file(""));
  auto second = write("b.conf", "listeners = { other = { bind = \":81\"; backend = \"app\"; }; };");
  LoadResult result = load(std::vector{first, second});
  ASSERT_NE(result.config, nullptr) << report(result);
  EXPECT_EQ(result.config->listeners.size(), 2u);
}

TEST_F(Load, AFolderStandsForItsFilesByName) {
  write("conf.d/2.conf", "backends = { app = { " + kServers + " }; };");
  write("conf.d/1.conf", "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };");
  write("conf.d/notes.txt", "nothing = to see here");
  EXPECT_EQ(report(load(folder_ / "conf.d")), "conf.d: OK: 1 listener, 1 backend, 2 servers\n");
}

TEST_F(Load, ANameInTwoFilesIsReported) {
  auto first = write("a.conf", in_file(""));
  auto second = write("b.conf", "\nbackends = { app = { }; };");
  EXPECT_THAT(report(load(std::vector{first, second})),
              testing::HasSubstr("b.conf:2: error: 'app' stands in two files"));
}

TEST_F(Load, AMissingFileAndAnEmptyFolderAreNamed) {
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_EQ(report(load(folder_ / "none.conf")),
            "none.conf: error: cannot be read: No such file or directory\n"
            "none.conf: 1 error; nothing was changed\n");
  EXPECT_THAT(report(load(folder_ / "empty")), testing::HasSubstr("there is no *.conf"));
}

TEST_F(Load, AnEmptyFileLacksListeners) {
  EXPECT_EQ(findings(""),
            "0:error: the file lacks 'listeners' [write listeners = { http = { bind = "
            "\":80\"; backend = \"NAME\"; }; };]");
}

TEST_F(Load, AFileWithErrorsYieldsNoConfiguration) {
  EXPECT_EQ(load_text(in_file("log = { level = 1; };")).config, nullptr);
}

}  // namespace
}  // namespace stickler::config
