// SPDX-License-Identifier: MIT
// A request from the words on a command line: what a browser would send for that URL.
#include "observe/explained_request.h"

#include <gtest/gtest.h>

namespace stickler::observe {
namespace {

ExplainedRequest read(const ExplainWords& words) {
  auto request = read_explained_request(words);
  EXPECT_TRUE(request.ok()) << words.url;
  return request ? *request : ExplainedRequest{};
}

std::string complaint(const ExplainWords& words) {
  auto request = read_explained_request(words);
  return request ? "" : request.error();
}

TEST(ExplainedRequest, IsWhatABrowserSends) {
  const ExplainedRequest request = read({.method = "PUT",
                                         .url = "https://A.example:8443/x%20y?z=1#part",
                                         .headers = {"X-A: 1"},
                                         .cookies = {"a=1; b=2"},
                                         .client = "10.1.2.3"});
  EXPECT_EQ(
      request.head,
      "PUT /x%20y?z=1 HTTP/1.1\r\nHost: A.example:8443\r\nX-A: 1\r\nCookie: a=1; b=2\r\n\r\n");
  EXPECT_TRUE(request.tls);
  EXPECT_EQ(request.host, "A.example");
  EXPECT_EQ(request.port, 8443U);
  EXPECT_EQ(request.client.host(), "10.1.2.3");
}

TEST(ExplainedRequest, HasTheSchemesPortWhichHostLeavesOut) {
  for (auto [url, port] : {std::pair("http://a", 80U), std::pair("https://a:443", 443U)}) {
    EXPECT_EQ(read({.url = url}).port, port);
    EXPECT_EQ(read({.url = url}).head, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  }
  EXPECT_EQ(read({.url = "http://a:443"}).head, "GET / HTTP/1.1\r\nHost: a:443\r\n\r\n");
}

TEST(ExplainedRequest, AlwaysHasAPath) {
  EXPECT_TRUE(read({.url = "http://a?x"}).head.starts_with("GET /?x HTTP"));
  EXPECT_TRUE(read({.url = "http://a#x"}).head.starts_with("GET / HTTP"));
}

TEST(ExplainedRequest, TakesAnotherHostField) {
  EXPECT_EQ(read({.url = "http://a/", .headers = {"hOST: b"}}).head,
            "GET / HTTP/1.1\r\nhOST: b\r\n\r\n");
}

TEST(ExplainedRequest, KnowsIpv6) {
  const ExplainedRequest request = read({.url = "http://[::1]:81/", .client = "fd00::1"});
  EXPECT_EQ(request.host, "[::1]");
  EXPECT_EQ(request.port, 81U);
  EXPECT_EQ(request.client.host(), "fd00::1");
  EXPECT_EQ(read({.url = "http://a/", .client = "[fd00::1]"}).client, request.client);
}

TEST(ExplainedRequest, ConnectsToAnAuthority) {
  EXPECT_EQ(read({.method = "CONNECT", .url = "http://a/x"}).head,
            "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n");
}

TEST(ExplainedRequest, SaysWhatIsNoRequest) {
  EXPECT_EQ(complaint({.url = "a.example/x"}), "'a.example/x' is no URL: write https://host/path");
  EXPECT_EQ(complaint({.url = "http://a/x y"}), "'http://a/x y' has blanks: a URL has %20 instead");
  EXPECT_EQ(complaint({.url = "http://user@a/"}), "'user@a' is no host: write https://host/path");
  EXPECT_EQ(complaint({.url = "http:///x"}), "'' is no host: write https://host/path");
  EXPECT_EQ(complaint({.method = "G T", .url = "http://a/"}), "'G T' is no method");
  EXPECT_EQ(complaint({.url = "http://a/", .headers = {"X-A"}}),
            "'X-A' is no header field: write 'Name: value'");
  EXPECT_EQ(complaint({.url = "http://a/", .headers = {": 1"}}),
            "': 1' is no header field: write 'Name: value'");
  EXPECT_EQ(complaint({.url = "http://a/", .headers = {"A: 1\r\nB: 2"}}),
            "a header field is one line");
  EXPECT_EQ(complaint({.url = "http://a/", .cookies = {"a=1\nb"}}), "a cookie is one line");
  for (const char* client : {"", "a.example", "10.1.2", "10.1.2.3:80", "unix:/x"}) {
    EXPECT_EQ(complaint({.url = "http://a/", .client = client}),
              "'" + std::string(client) + "' is no IP address of a client");
  }
}

}  // namespace
}  // namespace stickler::observe
