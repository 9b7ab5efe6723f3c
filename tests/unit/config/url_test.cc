// SPDX-License-Identifier: MIT
#include "config/url.h"

#include <gtest/gtest.h>

namespace stickler::config {
namespace {

TEST(Url, HasHostPortAndPath) {
  const auto url = parse_url("http://10.0.0.1:2379/v3/kv?x=1");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->host, "10.0.0.1");
  EXPECT_EQ(url->port, 2379U);
  EXPECT_TRUE(url->port_given);
  EXPECT_EQ(url->path, "/v3/kv?x=1");
  EXPECT_EQ(url->authority(), "10.0.0.1:2379");
}

TEST(Url, KnowsThePortOfItsScheme) {
  EXPECT_EQ(parse_url("HTTP://app-1")->port, 80U);
  EXPECT_EQ(parse_url("https://app-1/")->port, 443U);
  EXPECT_FALSE(parse_url("https://app-1")->port_given);
  EXPECT_TRUE(parse_url("https://app-1")->tls);
  EXPECT_EQ(parse_url("https://app-1:443/")->authority(), "app-1");
  EXPECT_EQ(parse_url("http://app-1:443/")->authority(), "app-1:443");
}

TEST(Url, IsItselfAgain) {
  for (const char* text : {"http://app-1", "https://[::1]:8443/a?b", "http://a_b.example:8080/"}) {
    EXPECT_EQ(parse_url(text)->text(), text);
  }
  EXPECT_EQ(parse_url("http://[fd00::1]/")->host, "fd00::1");
  EXPECT_EQ(parse_url("http://app-1?a")->path, "/?a");
}

TEST(Url, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "app-1",
                           "app-1:80",
                           "ftp://app-1",
                           "http:/app-1",
                           "http://",
                           "http:///a",
                           "://a",
                           "http://user@app-1/",
                           "http://app-1:",
                           "http://app-1:x",
                           "http://app-1:0",
                           "http://app-1:65536",
                           "http://app-1:80x",
                           "http://[::1",
                           "http://[]/",
                           "http://[app]/",
                           "http://::1/",
                           "http://app-1/a b",
                           "http://app-1/\r\nX: y",
                           "http://app-1/#a",
                           "http://app-1#a",
                           "http://a%41/",
                           "http://\xc3\xa4/",
                           "http://app-1/\xc3\xa4"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace stickler::config
