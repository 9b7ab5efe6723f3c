// SPDX-License-Identifier: MIT
// Relations between settings: what cannot work, and what hardly works as meant.
#include "config_files.h"

namespace stickler::config {
namespace {

class Relations : public ConfigFiles, public testing::WithParamInterface<FindingsCase> {};

TEST_P(Relations, AreJudged) { EXPECT_EQ(findings(GetParam().text), GetParam().findings); }

std::string only_listener(const std::string& inside) {
  return "listeners = { web = { bind = \":80\"; " + inside + " }; };";
}

std::string in_limited_backend(const std::string& more) {
  return "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\n"
         "backends = { app = { servers = { x = { address = \"x\"; maxconn = 1; }; }; " +
         more + " }; };\n";
}

const FindingsCase kForms[] = {
    {"BindWithoutColon",
     "listeners = { web = { bind = \"80\"; redirect = { scheme = \"https\"; }; }; };",
     "1:error: listeners.web.bind: a ':' is missing before the port [write \":80\"]"},
    {"BindWithoutPort",
     "listeners = { web = { bind = \"10.0.0.1\"; redirect = { scheme = \"https\"; }; }; };",
     "1:error: listeners.web.bind: the port is missing [write \"10.0.0.1:443\"]"},
    {"BindToAName",
     "listeners = { web = { bind = \"localhost:80\"; redirect = { scheme = \"https\"; }; }; };",
     "1:error: listeners.web.bind: \"localhost\" is no address of this machine [write an IP "
     "address, or "
     "only \":80\"]"},
    {"PortTooLarge",
     "listeners = { web = { bind = \":65536\"; redirect = { scheme = \"https\"; }; }; };",
     "1:error: listeners.web.bind: \"65536\" is no port [ports are 1 to 65535]"},
    {"Network", in_listener("forwarded = { trust = \"10.0.0.0/33\"; };"),
     "1:error: listeners.web.forwarded.trust: \"33\" is no length of a network [it is 0 to 32]"},
    {"Regex", in_route("path_regex = \"(\";"),
     "1:error: listeners.web.routes.r.path_regex: this regular expression does not work: missing "
     "): ( "
     "[RE2's syntax; it has no look-around and no back references]"},
    {"HostWithPort", in_route("host = \"a.example:443\";"),
     "1:error: listeners.web.routes.r.host: a host stands without its port [write \"a.example\"]"},
    {"Wildcard", in_route("host = \"a.*.example\";"),
     "1:error: listeners.web.routes.r.host: '*' stands only for whole labels at the front [write "
     "\"*.example.com\"]"},
    {"Method", in_route("method = \"get\";"),
     "1:error: listeners.web.routes.r.method: methods are told apart by case [write \"GET\"]"},
    {"Variable", in_listener("response = { set = { X-A = \"${sever}\"; }; };"),
     "1:error: listeners.web.response.set.X-A: there is no variable ${sever} [there are ${client}, "
     "${server}, ${backend}, ${route}, ${listener}, ${scheme}, ${host}, ${tls_version}, "
     "${request_id}]"},
    {"FramingField", in_listener("request = { remove = \"Content-Length\"; };"),
     "1:error: listeners.web.request.remove: 'Content-Length' belongs to the connection and is "
     "Stickler's own business [remove this line]"},
    {"ControlCharacter", in_listener("response = { set = { X-A = \"a\\nb\"; }; };"),
     "1:error: listeners.web.response.set.X-A holds a control character [a backslash in it is "
     "written "
     "\\\\]"},
    {"RedirectCode", in_route("redirect = { code = 304; path = \"/\"; };"),
     "1:error: listeners.web.routes.r.redirect.code = 304 is none of 301, 302, 303, 307, 308"},
    {"CookieValue",
     "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\nbackends = { app = { "
     "servers = { one = { address = \"a\"; cookie = \"a|b\"; }; }; }; };",
     "2:error: backends.app.servers.one.cookie: \"a|b\" cannot be the value of a cookie [use "
     "letters, "
     "digits, '-' and '_']"},
    {"ProbeWithoutMethod", in_backend("check = { http = \"/status\"; };"),
     "2:error: backends.app.check.http: the method is missing [write \"HEAD /status\"]"},
    {"Status", in_backend("check = { expect = 2000; };"),
     "2:error: backends.app.check.expect: \"2000\" is neither a status nor a range of them [write "
     "200, "
     "\"200-399\" or \"200,204\"]"},
};

const FindingsCase kListeners[] = {
    {"NoDestination", only_listener(""),
     "1:error: listeners.web leads nowhere [write backend = \"NAME\"; or redirect = { … };]"},
    {"RoutesThatLeaveSomethingOver",
     only_listener("routes = { r = { path = \"/x\"; answer = { status = 404; }; }; };"),
     "1:error: listeners.web leads nowhere if no route fits [write backend = \"NAME\"; or redirect "
     "= "
     "{ … };]"},
    {"ARouteForEverythingIsEnough",
     only_listener("routes = { r = { answer = { status = 404; }; }; };"), ""},
    {"APageIsEnough", only_listener("metrics = { uri = \"/metrics\"; };"),
     "1:warning: listeners.web.metrics: the page /metrics is public and has no password [add "
     "password_file = \"/etc/stickler/metrics.password\";]"},
    {"APageBesideRoutesThatLeaveSomethingOver",
     only_listener("metrics = { uri = \"/metrics\"; }; "
                   "routes = { r = { path = \"/x\"; answer = { status = 404; }; }; };"),
     "1:error: listeners.web leads nowhere if no route fits [write backend = \"NAME\"; or redirect "
     "= "
     "{ … };]\n1:warning: listeners.web.metrics: the page /metrics is public and has no password "
     "[add password_file = \"/etc/stickler/metrics.password\";]"},
    {"UnknownBackend", in_listener("routes = { r = { path = \"/\"; backend = \"apq\"; }; };"),
     "1:error: listeners.web.routes.r.backend: there is no backend 'apq' [did you mean 'app'?]"},
    {"UnknownServer", in_route("path = \"/git/\"; server = \"three\";"),
     "1:error: listeners.web.routes.r.server: backend 'app' has no server 'three' [there are one, "
     "two]"},
    {"TakenAddress",
     "listeners = {\n  a = { bind = \":80\"; redirect = { scheme = \"https\"; }; };\n  b = { bind "
     "= "
     "[ \":81\", \"0.0.0.0:80\" ]; redirect = { scheme = \"https\"; }; };\n};",
     "3:error: listeners.b.bind: 0.0.0.0:80 is taken [by test.conf:2]"},
    {"RedirectToItself", only_listener("redirect = { scheme = \"http\"; };"),
     "1:error: listeners.web.redirect leads back to where the request came from [write scheme = "
     "\"https\";]"},
    {"TwoOutcomes", in_route("path = \"/\"; answer = { }; backend = \"app\";"),
     "1:error: listeners.web.routes.r does several things at once [keep one of redirect, answer "
     "and "
     "backend or server]"},
    {"BodyWithoutContent", in_route("path = \"/x\"; answer = { status = 204; body = \"x\"; };"),
     "1:error: listeners.web.routes.r.answer.body: an answer with status 204 has no body"},
    {"TargetAboveHead", in_listener("max_head = \"8k\"; max_target = \"9k\";"),
     "1:error: listeners.web.max_target is above max_head, which holds the target too"},
    {"RouteThatHidesOthers", in_listener("routes = { a = { }; b = { path = \"/x\"; }; };"),
     "1:warning: listeners.web.routes.a fits every request: the routes below are never reached "
     "[move "
     "it to the end]"},
    {"StrictWithoutServer", in_route("path = \"/x\"; strict = false;"),
     "1:warning: listeners.web.routes.r.strict has no effect without a server"},
    {"BackendBehindARedirect", in_listener("redirect = { scheme = \"https\"; };"),
     "1:warning: listeners.web.backend is never asked: the redirect takes every request"},
    {"StatisticsPage", in_listener("stats = { uri = \"/haproxy\"; };"),
     "1:warning: listeners.web.stats: the page /haproxy is public and has no password [add "
     "password_file = \"/etc/stickler/stats.password\";]"},
    {"StatisticsPageWithoutPath", in_listener("stats = { };"),
     "1:error: listeners.web.stats lacks 'uri' [write uri = \"/haproxy\";]"},
    {"PasswordsThatAreNotThere",
     in_listener("metrics = { uri = \"/metrics\"; password_file = \"/nowhere\"; };"),
     "1:error: listeners.web.metrics.password_file: /nowhere cannot be read: No such file or "
     "directory [write a line USER:PASSWORD]"},
};

const std::string kSticky = "cookie = { name = \"s\"; ";

const FindingsCase kBackends[] = {
    {"NoServers", in_listener("") + "\n", ""},
    {"EmptyServers",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { "
     "servers = { }; }; };",
     "2:error: backends.a.servers is empty"},
    {"SharedCookieValue",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { servers = "
     "{\n"
     "x = { address = \"x\"; };\ny = { address = \"y\"; formerly = \"x\"; };\n}; }; };",
     "4:error: backends.a.servers.y.formerly: the cookie value 'x' already means server 'x'"},
    {"SharedAddress",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { servers = "
     "{\n"
     "x = { address = \"h\"; };\ny = { address = \"h:80\"; };\n}; }; };",
     "4:warning: backends.a.servers.y.address is that of server 'x' as well"},
    {"StickyWithOneServer",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { cookie = { "
     "name "
     "= \"s\"; }; servers = { x = { address = \"x\"; }; }; }; };",
     "2:warning: backends.a.cookie: with one server there is nothing to be sticky to"},
    {"AllDraining",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { servers = { "
     "x = "
     "{ address = \"x\"; weight = 0; }; }; }; };",
     "2:warning: backends.a.servers: every weight is 0, so nobody takes new sessions"},
    {"OnlyBackups",
     "listeners = { web = { bind = \":80\"; backend = \"a\"; }; };\nbackends = { a = { servers = { "
     "x = "
     "{ address = \"x\"; backup = true; }; }; }; };",
     "2:warning: backends.a.servers: all of them are backups, and there is none to stand in for"},
    {"Unused",
     in_file("").append("").replace(in_file("").find("backends = {"), 12,
                                    "backends = { spare = { servers = { x = { address = "
                                    "\"x\"; }; }; };"),
     "2:warning: backends.spare is never used"},
    {"KeepaliveNotBelowTheServers", in_backend("keepalive = \"65s\";"),
     "2:warning: backends.app.keepalive is not below 65s, when Server Pro closes idle connections: "
     "now "
     "and then a request meets a closing one (502) [\"60s\" is the default]"},
    {"SecureCookieOnAPlainListener", in_backend(kSticky + "secure = true; };"),
     "2:warning: backends.app.cookie.secure is true, but a listener without TLS leads here: its "
     "clients never send the cookie back [\"auto\" decides by the connection]"},
    {"SameSiteNoneWithoutSecure", in_backend(kSticky + "samesite = \"None\"; };"),
     "2:warning: backends.app.cookie.samesite is \"None\", which browsers accept over TLS only "
     "[write "
     "secure = true;]"},
    {"IdleAboveLife", in_backend(kSticky + "maxidle = \"2h\"; maxlife = \"1h\"; };"),
     "2:warning: backends.app.cookie.maxidle is above maxlife, so it never ends a session"},
    {"OnDownWithoutSessions", in_backend("on_down = \"fail\";"),
     "2:warning: backends.app.on_down has no effect without a cookie or a table: there are "
     "no sessions"},
    {"StickWithoutTable", in_backend("stick = { table = \"t\"; key = { client = 32; }; };"),
     "2:error: backends.app.stick.table: there is no table 't' [write tables = { t = { }; }; "
     "beside "
     "backends]"},
    {"StickWithoutKey", in_backend("stick = { table = \"t\"; };") + "tables = { t = { }; };",
     "2:error: backends.app.stick.key: nothing says where a key is [write key = { client = 32; };, "
     "for example]"},
    {"QueueWithoutLimit", in_backend("max_queue = 5;"),
     "2:warning: backends.app.max_queue has no effect: no server has a maxconn"},
    {"QueueThatNeverRefuses", in_limited_backend("max_queue = 5;"),
     "2:warning: backends.app.max_queue has no effect: on_full is \"wait\", so more requests wait "
     "anyway [write on_full = \"fail\"; or \"move\"]"},
    {"FullWithoutQueue", in_limited_backend("on_full = \"fail\";"),
     "2:warning: backends.app.on_full has no effect: without max_queue no queue is ever full "
     "[write max_queue = 100; beside it]"},
    {"BodyOfAHead", in_backend("check = { body = \"web is alive\"; };"),
     "2:error: backends.app.check.body: an answer to HEAD has no body [write http = \"GET "
     "/status\";]"},
    {"TwoKindsOfCheck", in_backend("check = { tcp = true; http = \"GET /\"; };"),
     "2:error: backends.app.check.tcp excludes http [keep one of them]"},
    {"StatusOfATcpCheck", in_backend("check = { tcp = true; expect = 200; };"),
     "2:warning: backends.app.check.expect has no effect without an HTTP check"},
    {"SlowCheck", in_backend("check = { interval = \"31s\"; };"),
     "2:warning: backends.app.check.interval is above 30s: a dead server is noticed late"},
    {"TunnelBelowHeartbeat", in_file("timeouts = { tunnel = \"25s\"; };"),
     "3:warning: timeouts.tunnel is not above 25s, the pause between two heartbeats of socket.io "
     "0.9: "
     "idle editors will be cut [\"23h\" is the default]"},
    {"ServerBelowACompile", in_backend("timeouts = { server = \"59s\"; };"),
     "2:warning: backends.app.timeouts.server is below 1m: a slow compile is silent for longer, "
     "and "
     "will end in 504 [\"10m\" is the default]"},
    {"UnknownUser", in_file("process = { user = \"nobody-of-that-name\"; };"),
     "3:error: process.user: there is no user 'nobody-of-that-name' on this machine"},
    {"UnknownGroup", in_file("process = { user = \"root\"; group = \"nobody-of-that-name\"; };"),
     "3:error: process.group: there is no group 'nobody-of-that-name' on this machine"},
    {"GroupAlone", in_file("process = { group = \"root\"; };"),
     "3:error: process.group needs process.user"},
};

auto name_of = [](const testing::TestParamInfo<FindingsCase>& tested) { return tested.param.name; };
INSTANTIATE_TEST_SUITE_P(Forms, Relations, testing::ValuesIn(kForms), name_of);
INSTANTIATE_TEST_SUITE_P(Listeners, Relations, testing::ValuesIn(kListeners), name_of);
INSTANTIATE_TEST_SUITE_P(Backends, Relations, testing::ValuesIn(kBackends), name_of);

}  // namespace
}  // namespace stickler::config
