// SPDX-License-Identifier: MIT
#include "config/forms.h"

#include <gtest/gtest.h>

namespace stickler::config {
namespace {

struct Forms {
  TextCheck check;
  std::vector<std::string> good;
  std::vector<std::string> bad;
};

void expect(const Forms& forms) {
  for (const std::string& text : forms.good) EXPECT_FALSE(forms.check(text)) << text;
  for (const std::string& text : forms.bad) EXPECT_TRUE(forms.check(text)) << text;
}

TEST(Forms, Binds) {
  expect({check_bind,
          {":80", "0.0.0.0:80", "[::]:443", "127.0.0.1:8443", "[::1]:1", "unix:/run/x"},
          {"", "80", ":", ":0", ":x", ":65536", "1.2.3:80", "host:80", "*:80", "::1", "[::1]",
           "[1.2.3.4]:80", "unix:x", "/run/x", "unix:/" + std::string(107, 'x')}});
}

TEST(Forms, ServerAddresses) {
  expect({check_server_address,
          {"10.0.0.1", "10.0.0.1:80", "name", "a.b-c.example:8080", "[::1]", "[::1]:80", "unix:/x"},
          {"", ":80", "1.2.3.4:0", "1.2.3.4:x", "198.18.1.300", "::1", "a b", "-a", "a..b",
           "http://a", "https://a", "a/b", "[a]:80"}});
}

TEST(Forms, Networks) {
  expect({check_network,
          {"10.0.0.0/8", "192.0.2.1", "::1", "fd00::/8", "0.0.0.0/0", "::/128"},
          {"", "10.0.0/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "host", "10.0.0.0/-1"}});
}

TEST(Forms, Hosts) {
  expect({check_host_pattern,
          {"a.example", "*.example.com", "localhost", "[::1]", "10.0.0.1"},
          {"", "*", "a.*", "**.example", "a:80", "a/b", "*example.com"}});
}

TEST(Forms, Paths) {
  expect({check_path, {"/", "/a/b", "/%20"}, {"", "a", "/a?b", "/a b", "/\xC3\xA9"}});
}

TEST(Forms, Methods) { expect({check_method, {"GET", "M-SEARCH"}, {"", "get", "G ET", "G,T"}}); }

TEST(Forms, FieldTemplates) {
  expect({check_field_template,
          {"", "a", "${client}", "a ${tls_version}${host} b", "$5", "{x}"},
          {"${", "${}", "${Client}", "${server", "${env.X}"}});
}

TEST(Forms, EditedFields) {
  expect({check_edited_field,
          {"X-A", "Host", "Set-Cookie", "server"},
          {"", "a b", "a:b", "connection", "Transfer-Encoding", "UPGRADE", "te"}});
}

TEST(Forms, ErrorFiles) {
  expect({check_error_file,
          {"/e", "/e/503.html", "503 /e/a.html", "503 /a b"},
          {"", "e", "503", "503 e", "403 /e", "99999999999 /e", "-503 /e"}});
}

TEST(Forms, Cookies) {
  expect({check_cookie_name, {"server-pro-ha", "s"}, {"", "a b", "a=b", "a;b"}});
  expect(
      {check_cookie_value, {"one", "a.b_c~1"}, {"", "a|b", "a,b", "a;b", "a\"b", "a b", "a\\b"}});
  expect({check_cookie_path, {"/", "/a"}, {"", "a", "/a;b"}});
}

TEST(Forms, Probes) {
  expect({check_probe,
          {"HEAD /status", "GET /a?b=c", "OPTIONS /"},
          {"", "/status", "GET", "GET status", "get /status", "GET http://a/"}});
}

TEST(Forms, Statuses) {
  expect({check_statuses,
          {"200", "200-399", "200,204", "200 , 300 - 302"},
          {"", "99", "600", "2xx", "300-200", "200,", "200-", "-200"}});
}

TEST(Forms, APortIsAddedWhereThereIsNone) {
  EXPECT_EQ(with_port("10.0.0.1"), "10.0.0.1:80");
  EXPECT_EQ(with_port("[::1]"), "[::1]:80");
  EXPECT_EQ(with_port("[::1]:81"), "[::1]:81");
  EXPECT_EQ(with_port("name:81"), "name:81");
  EXPECT_EQ(with_port("unix:/run/x"), "unix:/run/x");
}

}  // namespace
}  // namespace stickler::config
