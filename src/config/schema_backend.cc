// SPDX-License-Identifier: MIT
// Rows of a backend: its servers, and how they are chosen, checked and tried again.
#include <tuple>

#include "config/schema_rows.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

// ---- cookie ----

constexpr Word kCookieModes[] = {{"insert", 0}};
constexpr Word kSecure[] = {{"auto", static_cast<int>(Cookie::Secure::automatic)},
                            {"true", static_cast<int>(Cookie::Secure::always)},
                            {"false", static_cast<int>(Cookie::Secure::never)}};
constexpr Word kSameSite[] = {{"Lax", static_cast<int>(Cookie::SameSite::lax)},
                              {"Strict", static_cast<int>(Cookie::SameSite::strict)},
                              {"None", static_cast<int>(Cookie::SameSite::none)},
                              {"off", static_cast<int>(Cookie::SameSite::unset)}};

// There is one mode, so nothing to remember.
void accept_mode(void*, const Value&) {}

constexpr Row cookie_mode() {
  Row row = special(Form::word, "mode", accept_mode, "Stickler inserts a cookie of its own.");
  row.words = kCookieModes;
  return row.by_default("\"insert\"")
      .called("cookie … insert")
      .lacking("only \"insert\" is in this version; rewrite, prefix and passive are not");
}

constexpr Setting kCookieRows[] = {
    text<&Cookie::name>("name", "Its name.")
        .like("cookie name", check_cookie_name)
        .called("cookie NAME")
        .required("name = \"server\";"),
    cookie_mode(),
    duration<&Cookie::maxidle>("maxidle", "A session unused for so long starts anew.")
        .between(1s, kDay * 3650)
        .or_off()
        .called("maxidle"),
    duration<&Cookie::maxlife>("maxlife", "A session starts anew so long after it began.")
        .between(1s, kDay * 3650)
        .or_off()
        .called("maxlife"),
    duration<&Cookie::refresh>("refresh", "The date in the cookie is renewed at most so often.")
        .between(1s, kDay),
    boolean<&Cookie::nocache>("nocache",
                              "Answers that carry the cookie are marked as not cacheable.")
        .called("nocache"),
    boolean<&Cookie::preserve>("preserve",
                               "A cookie of this name that a server sets is left alone.")
        .called("preserve"),
    boolean<&Cookie::httponly>("httponly", "Hides the cookie from scripts.")
        .by_default("true behind TLS")
        .called("httponly"),
    word<&Cookie::secure>(
        "secure", kSecure,
        "The browser sends it over TLS only; \"auto\": if the client came by TLS.")
        .called("secure"),
    word<&Cookie::samesite>("samesite", kSameSite, "Whether requests from other sites carry it.")
        .by_default("\"Lax\" behind TLS")
        .called("attr SameSite="),
    texts<&Cookie::domains>("domain", "Sends the cookie to these domains, too.")
        .like("domain", check_cookie_attribute)
        .called("domain"),
    text<&Cookie::path>("path", "Sends the cookie below this path only.")
        .like("/path", check_cookie_path),
};

constinit const Section kCookieSection{
    "Persistence: a cookie tells which server a session belongs to. Its value and dates are those "
    "of "
    "HAProxy, so each can take over from the other.",
    kCookieRows, defaults_of<Cookie>};

// ---- check ----

void store_probe(void* check, const Value& value) {
  auto& target = *static_cast<Check*>(check);
  std::tie(target.method, target.path) = split_probe(std::get<std::string>(value));
  target.kind = Check::Kind::http;
}
void store_tcp(void* check, const Value& value) {
  if (std::get<bool>(value)) static_cast<Check*>(check)->kind = Check::Kind::tcp;
}
void store_off(void* check, const Value& value) {
  if (std::get<bool>(value)) static_cast<Check*>(check)->kind = Check::Kind::off;
}
void store_expect(void* check, const Value& value) {
  auto& expect = static_cast<Check*>(check)->expect;
  expect.clear();
  for (const std::string& text : std::get<std::vector<std::string>>(value)) {
    append_statuses(text, expect);
  }
}

constexpr Setting kCheckRows[] = {
    special(Form::text, "http", store_probe, "The request that is sent.")
        .like("METHOD /path", check_probe)
        .by_default("\"HEAD /status\"")
        .called("option httpchk"),
    special(Form::texts, "expect", store_expect, "The statuses of a healthy server.")
        .like("status or range", check_statuses)
        .by_default("200")
        .called("http-check expect status"),
    text<&Check::body>("body", "Text that the answer's body must hold; empty: any body.")
        .of_many_lines()
        .called("http-check expect string"),
    text<&Check::host>("host", "The Host of the request; empty: the server's address.")
        .called("http-check send hdr Host"),
    boolean<&Check::tls>("tls", "Over TLS; without `http` the handshake alone is the check.")
        .called("check-ssl"),
    special(Form::boolean, "tcp", store_tcp, "A connection that opens is enough.")
        .by_default("false")
        .called("option tcp-check"),
    special(Form::boolean, "off", store_off, "No check: every server counts as up.")
        .by_default("false")
        .called("no-check"),
    integer<&Check::port>("port", "Another port than the server's.")
        .between(1, 65535)
        .by_default("the server's")
        .called("port"),
    duration<&Check::interval>("interval", "From one check to the next.")
        .between(10ms, kDay)
        .called("inter"),
    duration<&Check::fast_interval>("fast_interval", "The same while a server goes up or down.")
        .between(10ms, kDay)
        .by_default("\"1s\", at most `interval`")
        .called("fastinter"),
    duration<&Check::down_interval>("down_interval", "The same while a server is down.")
        .between(10ms, kDay)
        .by_default("as `interval`")
        .called("downinter"),
    duration<&Check::timeout>("timeout", "One whole check.")
        .between(10ms, 1h)
        .by_default("as `interval`")
        .called("timeout check"),
    integer<&Check::rise>("rise", "Good checks in a row that bring a server up.")
        .between(1, 1000)
        .called("rise"),
    integer<&Check::fall>("fall", "Bad checks in a row that take a server down.")
        .between(1, 1000)
        .called("fall"),
};

// ---- retry ----

constexpr Word kRedispatch[] = {{"always", static_cast<int>(Retry::Redispatch::always)},
                                {"last", static_cast<int>(Retry::Redispatch::last)},
                                {"never", static_cast<int>(Retry::Redispatch::never)},
                                {"true", static_cast<int>(Retry::Redispatch::always)},
                                {"false", static_cast<int>(Retry::Redispatch::never)}};

constexpr Setting kRetryRows[] = {
    integer<&Retry::attempts>("attempts", "Further attempts to connect after the first.")
        .between(0, 100)
        .called("retries"),
    word<&Retry::redispatch>("redispatch", kRedispatch, "Which of them may go to another server.")
        .called("option redispatch"),
    duration<&Retry::pause>("pause", "Before trying the same server again.")
        .between(0ms, 1h)
        .or_off(),
};

constinit const Section kRetrySection{
    "What happens when a server cannot be reached. Requests of which a server may have seen a byte "
    "are repeated only if that is safe.",
    kRetryRows, defaults_of<Retry>};

// ---- servers ----

constexpr Setting kServerRows[] = {
    text<&Server::address>("address", "Where it is reached; without a port, port 80.")
        .like("address[:port], name[:port] or unix:/path", check_server_address)
        .called("server NAME ADDRESS")
        .required("address = \"10.0.0.1:80\";"),
    integer<&Server::weight>("weight", "Its share; 0 keeps its sessions and takes no new ones.")
        .between(0, 256)
        .called("weight"),
    integer<&Server::maxconn>("maxconn", "Requests at once; more of them wait. 0: no limit.")
        .between(0, 1'000'000)
        .called("maxconn"),
    boolean<&Server::backup>("backup", "Takes part only while no other server is usable.")
        .called("backup"),
    text<&Server::cookie>("cookie", "What the session cookie calls it.")
        .like("cookie value", check_cookie_value)
        .by_default("the server's name")
        .called("cookie"),
    texts<&Server::formerly>("formerly",
                             "Old names of it: cookies that hold one are still honoured.")
        .like("cookie value", check_cookie_value),
};

// ---- backend ----

constexpr Word kBalance[] = {{"roundrobin", static_cast<int>(Backend::Balance::roundrobin)},
                             {"leastconn", static_cast<int>(Backend::Balance::leastconn)},
                             {"source", static_cast<int>(Backend::Balance::source)},
                             {"first", static_cast<int>(Backend::Balance::first)}};
constexpr Word kOnDown[] = {{"redispatch", static_cast<int>(Backend::OnDown::redispatch)},
                            {"fail", static_cast<int>(Backend::OnDown::fail)}};
constexpr Word kOnFull[] = {{"wait", static_cast<int>(Backend::OnFull::wait)},
                            {"fail", static_cast<int>(Backend::OnFull::fail)},
                            {"move", static_cast<int>(Backend::OnFull::move)}};

constexpr Setting kBackendRows[] = {
    word<&Backend::balance>("balance", kBalance,
                            "How a server is chosen for a request without a session.")
        .called("balance"),
    group<&Backend::cookie>(
        "cookie", kCookieSection,
        "Sessions stay on their server by a cookie; without this group they do not.")
        .called("cookie"),
    group<&Backend::stick>("stick", kStickSection,
                           "Stickiness by a key of the request, kept in a table.")
        .called("stick on"),
    group<&Backend::map>("map", kMapSection, "Whose each key of a request is, without exception.")
        .called("use-server … if, map()"),
    text<&Backend::cluster>("cluster",
                            "A cluster of the file's `clusters`: its nodes are the servers."),
    text<&Backend::no_key>("no_key",
                           "Where requests without a cluster's key go: a node, \"any\", or "
                           "\"fail\": 404."),
    group<&Backend::check>("check", kCheckSection, "How servers are watched.")
        .called("default-server check"),
    group<&Backend::retry>("retry", kRetrySection, "When a server cannot be reached.")
        .called("retries"),
    word<&Backend::on_down>("on_down", kOnDown,
                            "The session's server is down: another one takes over, or 503.")
        .called("option redispatch"),
    word<&Backend::on_full>(
        "on_full", kOnFull,
        "A session's server has max_queue waiting already: wait, 503, or move."),
    integer<&Backend::max_queue>("max_queue", "Requests that wait for one server; 0: no limit.")
        .between(0, 1'000'000)
        .called("maxqueue"),
    duration<&Backend::keepalive>(
        "keepalive", "Idle connections to servers are closed then: before the server does it.")
        .between(1ms, kDay)
        .called("pool-purge-delay"),
    integer<&Backend::max_idle>("max_idle", "Idle connections kept per server and thread.")
        .between(0, 100'000)
        .called("pool-max-conn"),
    boolean<&Backend::abort_on_close>("abort_on_close",
                                      "A client that is gone frees the server's connection.")
        .called("option abortonclose"),
    size<&Backend::max_head>("max_head", "The largest response head; beyond, 502.")
        .between(kKilobyte, kMegabyte)
        .called("tune.bufsize"),
    integer<&Backend::max_fields>("max_fields", "The most fields of a response head; beyond, 502.")
        .between(10, 10'000)
        .called("tune.http.maxhdr"),
    group<&Backend::request>("request", kEditsSection, "Edits of each request's head.")
        .called("http-request set-header"),
    group<&Backend::response>("response", kEditsSection, "Edits of each response's head.")
        .called("http-response set-header"),
    named_groups<&Backend::servers>("servers", kServerSection,
                                    "The servers, by name; not with a cluster, otherwise needed.")
        .called("server"),
    group<&Backend::timeouts>("timeouts", kTimeoutsSection, "Time limits of this backend."),
};

}  // namespace

constinit const Section kCheckSection{
    "Health checks. Without this group servers are asked `HEAD /status`.", kCheckRows,
    defaults_of<Check>};
constinit const Section kServerSection{"One server.", kServerRows, defaults_of<Server>};
constinit const Section kBackendSection{"Servers that do the same.", kBackendRows,
                                        defaults_of<Backend>};

}  // namespace stickler::config
