// SPDX-License-Identifier: MIT
#include "http/authority.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::http {
namespace {

// "host|port", "host|" without a port, or "refused".
std::string parts_of(std::string_view text) {
  const auto authority = parse_authority(text);
  if (!authority) return "refused";
  const std::string host(authority->host);
  return host + "|" + (authority->port ? std::to_string(*authority->port) : "");
}

bool same(std::string_view a, std::string_view b) {
  return same_authority(*parse_authority(a), *parse_authority(b), 80);
}

TEST(AnAuthority, IsAHostAndMaybeAPort) {
  EXPECT_EQ(parts_of("example.org"), "example.org|");
  EXPECT_EQ(parts_of("a_b-c.d~:8080"), "a_b-c.d~|8080");
  EXPECT_EQ(parts_of("127.0.0.1:0"), "127.0.0.1|0");
  EXPECT_EQ(parts_of("h:"), "h|");
  EXPECT_EQ(parts_of("h:00080"), "h|80");
}

TEST(AnAuthority, MayBeAnIpv6AddressInBrackets) {
  EXPECT_EQ(parts_of("[::1]"), "[::1]|");
  EXPECT_EQ(parts_of("[2001:db8::ffff:192.0.2.1]:443"), "[2001:db8::ffff:192.0.2.1]|443");
  for (const char* bad : {"[", "[]", "[::1", "::1", "[1.2.3.4]", "[::1]x", "[::1%25eth0]", "[v1.a]",
                          "[:::]", "[::1]]", "[0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0]"}) {
    EXPECT_EQ(parts_of(bad), "refused") << bad;
  }
}

TEST(AnAuthority, HasAPortUpTo65535) {
  EXPECT_EQ(parts_of("h:65535"), "h|65535");
  for (const char* bad : {"h:65536", "h:99999999999", "h:-1", "h:+1", "h:8x", "h: 8", "h::8"}) {
    EXPECT_EQ(parts_of(bad), "refused") << bad;
  }
}

TEST(AnAuthority, HasNoOtherBytesThanHostsHave) {
  constexpr std::string_view kMarks = "-._~!$&'()*+;=";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool alphanumeric = byte < 128 && std::isalnum(byte) != 0;
    const bool fits = alphanumeric || kMarks.find(c) != kMarks.npos;
    EXPECT_EQ(parts_of(std::string("a") + c + "b") != "refused", fits) << byte;
  }
}

TEST(AnAuthority, IsNotEmpty) {
  EXPECT_EQ(parts_of(""), "refused");
  EXPECT_EQ(parts_of(":80"), "refused");
}

TEST(TwoAuthorities, AreTheSameInAnyCaseAndWithTheDefaultPort) {
  EXPECT_TRUE(same("EXAMPLE.org", "example.ORG:80"));
  EXPECT_TRUE(same("h:", "h:80"));
  EXPECT_FALSE(same("h", "h:81"));
  EXPECT_FALSE(same("h", "g"));
}

}  // namespace
}  // namespace stickler::http
