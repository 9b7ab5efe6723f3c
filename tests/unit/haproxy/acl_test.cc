// SPDX-License-Identifier: MIT
// Acls as conditions of routes.
#include "haproxy/acl.h"

#include "translation.h"

namespace stickler::haproxy {
namespace {

class AclTranslation : public Translating {
 protected:
  // The one route to server `one` under a condition.
  config::Route route(const std::string& condition) const {
    config::Listener web = listener(in_listen(" use-server one if " + condition + "\n"));
    EXPECT_EQ(web.routes.size(), 1u) << condition;
    return web.routes.empty() ? config::Route{} : web.routes.front();
  }
};

struct PathCase {
  std::string acl;
  std::vector<std::string> paths;
  std::vector<std::string> prefixes;
  std::string regex;
};
class Paths : public AclTranslation, public testing::WithParamInterface<PathCase> {};
TEST_P(Paths, AreConditionsOfARoute) {
  config::Route found = route("{ " + GetParam().acl + " }");
  EXPECT_EQ(found.paths, GetParam().paths);
  EXPECT_EQ(found.path_prefixes, GetParam().prefixes);
  EXPECT_EQ(found.path_regex, GetParam().regex);
}
INSTANTIATE_TEST_SUITE_P(Acl, Paths,
                         testing::Values(PathCase{"path /a /b", {"/a", "/b"}, {}, ""},
                                         PathCase{"path_beg /a /b/", {}, {"/a", "/b/"}, ""},
                                         PathCase{"path -m beg /a", {}, {"/a"}, ""},
                                         PathCase{"url_beg /a", {}, {"/a"}, ""},
                                         PathCase{
                                             "path_end .png .jpg", {}, {}, R"(.*(?:\.png|\.jpg))"},
                                         PathCase{"path_sub a", {}, {}, ".*a.*"},
                                         PathCase{"path_dir /a/ b", {}, {}, ".*/(?:a|b)(?:/.*)?"},
                                         PathCase{"path_reg ^/a[0-9]+$", {}, {}, "/a[0-9]+"},
                                         PathCase{"path_reg ^/a", {}, {}, "/a.*"},
                                         PathCase{"path_reg a|b", {}, {}, ".*(?:a|b).*"},
                                         PathCase{"path_beg -i /a", {}, {}, "(?i)/a.*"},
                                         PathCase{"path,lower -m str /a", {}, {}, "(?i)/a"}));

struct HostCase {
  std::string acl;
  std::vector<std::string> hosts;
};
class Hosts : public AclTranslation, public testing::WithParamInterface<HostCase> {};
TEST_P(Hosts, AreConditionsOfARoute) {
  EXPECT_EQ(route("{ " + GetParam().acl + " }").hosts, GetParam().hosts);
}
INSTANTIATE_TEST_SUITE_P(
    Acl, Hosts,
    testing::Values(HostCase{"hdr(host) a.example", {"a.example"}},
                    HostCase{"hdr(Host) -i a.example b.example:8443", {"a.example", "b.example"}},
                    HostCase{"req.hdr(host),lower a.example", {"a.example"}},
                    HostCase{"req.hdr(host),field(1,:) -i a.example", {"a.example"}},
                    HostCase{"hdr_end(host) .example.com", {"*.example.com"}},
                    HostCase{"hdr_end(host) example.com", {"example.com", "*.example.com"}},
                    HostCase{"hdr_dom(host) example.com", {"example.com", "*.example.com"}},
                    HostCase{"ssl_fc_sni a.example", {"a.example"}}));

struct FieldCase {
  std::string acl;
  std::string name;
  std::string value;
};
class Fields : public AclTranslation, public testing::WithParamInterface<FieldCase> {};
TEST_P(Fields, AreConditionsOfARoute) {
  config::Route found = route("{ " + GetParam().acl + " }");
  ASSERT_EQ(found.fields.size(), 1u);
  EXPECT_EQ(found.fields[0].name, GetParam().name);
  EXPECT_EQ(found.fields[0].value, GetParam().value);
}
INSTANTIATE_TEST_SUITE_P(
    Acl, Fields,
    testing::Values(FieldCase{"hdr(X-A) 1", "X-A", "1"}, FieldCase{"req.hdr(X-A) -i 1", "X-A", "1"},
                    FieldCase{"hdr(X-A) -m found", "X-A", ""}, FieldCase{"hdr(X-A)", "X-A", ""},
                    FieldCase{"hdr(Upgrade) -i WebSocket", "Upgrade", "websocket"},
                    FieldCase{"hdr(Connection) -i upgrade", "Upgrade", ""}));

TEST_F(AclTranslation, MethodsAreConditionsOfARoute) {
  EXPECT_THAT(route("{ method PUT POST }").methods, testing::ElementsAre("PUT", "POST"));
  EXPECT_THAT(route("METH_GET").methods, testing::ElementsAre("GET", "HEAD"));
}

TEST_F(AclTranslation, ANameMayHaveSeveralLines) {
  config::Listener web =
      listener(in_listen(" acl a path /x\n acl a method PUT\n use-server one if a\n"));
  ASSERT_EQ(web.routes.size(), 2u);
  EXPECT_THAT(web.routes[0].paths, testing::ElementsAre("/x"));
  EXPECT_THAT(web.routes[1].methods, testing::ElementsAre("PUT"));
}

TEST_F(AclTranslation, FactsOfTheListenerAreSettled) {
  std::string rules = " use-server one if { ssl_fc }\n";
  EXPECT_THAT(listener(in_listen(rules)).routes, testing::IsEmpty());
  EXPECT_EQ(listener(in_tls_listen(rules)).routes.front().server, "one");
  rules = " use-server one if { dst_port 443 444:450 }\n";
  EXPECT_THAT(listener(in_listen(rules)).routes, testing::IsEmpty());
  EXPECT_EQ(listener(in_tls_listen(rules)).routes.front().server, "one");
  EXPECT_THAT(listener(in_listen(" use-server one if FALSE\n")).routes, testing::IsEmpty());
}

TEST_F(AclTranslation, APortAmongSeveralIsAComplaint) {
  EXPECT_THAT(complaints(in_listen(" bind :81\n use-server one if { dst_port 81 }\n")),
              testing::StartsWith("7: use-server one if { dst_port 81 }: a route cannot ask"));
}

struct RefusedAcl {
  std::string acl;
  std::string why;
};
class RefusedAcls : public AclTranslation, public testing::WithParamInterface<RefusedAcl> {};
TEST_P(RefusedAcls, AreComplaintsOfAclAndRule) {
  std::string said = complaints(in_listen(" acl a " + GetParam().acl + "\n use-server one if a\n"));
  EXPECT_THAT(said, testing::HasSubstr("6: acl a " + GetParam().acl + ": " + GetParam().why));
  EXPECT_THAT(said,
              testing::HasSubstr("7: use-server one if a: of its acl 'a': " + GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Acl, RefusedAcls,
    testing::Values(RefusedAcl{"src 10.0.0.0/8", "routes do not look at the client's address"},
                    RefusedAcl{"url_reg x", "routes look at the path, not at the query"},
                    RefusedAcl{"urlp(a) b", "routes do not look at the query"},
                    RefusedAcl{"cook(a) b", "routes do not look at cookies"},
                    RefusedAcl{"http_auth(u)", "passwords are not in this version"},
                    RefusedAcl{"nbsrv(app) lt 1", "routes do not ask how many"},
                    RefusedAcl{"sc_http_req_rate(0) gt 10", "counters and rate limits"},
                    RefusedAcl{"rand(100) lt 5", "a route cannot ask for 'rand'"},
                    RefusedAcl{"path -f /etc/paths", "a route reads no values from a file"},
                    RefusedAcl{"path_beg api", "a path begins with '/'"},
                    RefusedAcl{"path_reg (?=x)", "this regular expression does not work"},
                    RefusedAcl{"path_len 5", "a route cannot compare paths by 'len'"},
                    RefusedAcl{"path,url_dec /a", "a route knows no converter as 'url_dec'"},
                    RefusedAcl{"path -m beg", "its values are missing"},
                    RefusedAcl{"hdr_beg(host) www.", "a route compares hosts whole"},
                    RefusedAcl{"hdr(host) a_b:c", "a host stands without its port"},
                    RefusedAcl{"hdr(X-A) -i x",
                               "a route compares the value of a field with its case"},
                    RefusedAcl{"hdr_sub(X-A) x", "a route compares the whole value"},
                    RefusedAcl{"hdr(X.A) x", "'X.A' cannot be a setting's name"},
                    RefusedAcl{"method get", "methods are told apart by case"},
                    RefusedAcl{"dst_port http", "'http' is no port"}));

}  // namespace
}  // namespace stickler::haproxy
