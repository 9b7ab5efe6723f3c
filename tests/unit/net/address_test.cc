// SPDX-License-Identifier: MIT
#include "net/address.h"

#include <gtest/gtest.h>

namespace stickler::net {
namespace {

std::string parsed(std::string_view text) {
  std::optional<Address> address = Address::parse(text);
  return address ? address->text() : "nothing";
}

TEST(Address, ReadsAndWritesTheSameText) {
  for (std::string text : {"10.0.0.1:80", "[::1]:65535", "[fd00::1]:1", "unix:/run/x.sock"}) {
    EXPECT_EQ(parsed(text), text);
  }
}

TEST(Address, RefusesWhatIsNoNumericAddress) {
  for (std::string_view text : {"", ":", ":80", "10.0.0.1", "10.0.0.1:", "10.0.0.1:65536",
                                "10.0.0.1:-1", "10.0.0.1:8o", "10.0.0.1: 80", "10.0.0:80", "::1:80",
                                "[::1]", "[::1:80", "[::1]x:80", "name:80", "unix:"}) {
    EXPECT_EQ(parsed(text), "nothing") << text;
  }
}

TEST(Address, RefusesAUnixPathThatTheKernelWouldCut) {
  EXPECT_NE(parsed("unix:/" + std::string(106, 'x')), "nothing");
  EXPECT_EQ(parsed("unix:/" + std::string(107, 'x')), "nothing");
}

TEST(Address, NamesItsHostAsHaproxyLogsIt) {
  EXPECT_EQ(Address::parse("10.0.0.1:80")->host(), "10.0.0.1");
  EXPECT_EQ(Address::parse("[::1]:80")->host(), "::1");
  EXPECT_EQ(Address::parse("unix:/x")->host(), "unix");
}

TEST(Address, TakesAnIpv4ClientOfADualSocketForPlainIpv4) {
  Address mapped = *Address::parse("[::ffff:10.1.2.3]:80");
  EXPECT_EQ(mapped.text(), "10.1.2.3:80");
  EXPECT_EQ(mapped.host_bytes(), std::string_view("\x0a\x01\x02\x03", 4));
}

TEST(Address, GivesItsBytesAndPort) {
  EXPECT_EQ(Address::parse("1.2.3.4:80")->host_bytes(), std::string_view("\1\2\3\4", 4));
  EXPECT_EQ(Address::parse("[::1]:443")->host_bytes().size(), 16U);
  EXPECT_EQ(Address::parse("unix:/x")->host_bytes(), "");
  EXPECT_EQ(Address::parse("[::1]:443")->port(), 443U);
  EXPECT_EQ(Address::parse("unix:/x")->port(), 0U);
}

TEST(Address, EqualsOnlyTheSameHostAndPort) {
  Address one = *Address::parse("10.0.0.1:80");
  EXPECT_EQ(one, *Address::parse("10.0.0.1:80"));
  for (std::string_view other : {"10.0.0.1:81", "10.0.0.2:80", "[::1]:80", "unix:/x"}) {
    EXPECT_FALSE(one == *Address::parse(other)) << other;
  }
}

TEST(HostPort, SplitsAtTheLastColonOutsideBrackets) {
  EXPECT_EQ(split_host_port("name:80")->host, "name");
  EXPECT_EQ(split_host_port("[::1]:80")->host, "::1");
  EXPECT_EQ(split_host_port(":80")->host, "");
  EXPECT_EQ(split_host_port("name:80")->port, 80U);
  EXPECT_FALSE(split_host_port("name"));
  EXPECT_FALSE(split_host_port("::1"));
}

bool contains(std::string_view network, const std::string& host) {
  return Network::parse(network)->contains(*Address::parse(host + ":1"));
}

TEST(Network, ContainsWhatSharesItsFirstBits) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(contains("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(contains("fd00::/8", "[fdff::1]"));
  EXPECT_FALSE(contains("::1", "[::2]"));
}

TEST(Network, ComparesEveryNumberOfBits) {
  for (unsigned bits = 0; bits <= 32; ++bits) {
    std::string network = "0.0.0.0/" + std::to_string(bits);
    for (unsigned first = 0; first < 32; ++first) {
      std::uint32_t value = 0x80000000U >> first;
      std::string host;
      for (int shift = 24; shift >= 0; shift -= 8) {
        host += std::to_string(value >> shift & 255) + (shift > 0 ? "." : "");
      }
      EXPECT_EQ(contains(network, host), first >= bits) << network << " " << host;
    }
  }
}

TEST(Network, DoesNotMixFamilies) {
  EXPECT_FALSE(contains("0.0.0.0/0", "[::1]"));
  EXPECT_FALSE(contains("::/0", "10.0.0.1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "[::ffff:10.0.0.1]"));
}

TEST(Network, RefusesWhatIsNone) {
  for (std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0/8",
                                "::/129", "name/8", "10.0.0.0/-1"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(Resolve, FindsNumbersAndSaysWhyNot) {
  std::string error;
  std::vector<Address> found = resolve("127.0.0.1", 80, error);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().text(), "127.0.0.1:80");
  EXPECT_TRUE(resolve("no such name.invalid", 80, error).empty());
  EXPECT_NE(error, "");
}

}  // namespace
}  // namespace stickler::net
