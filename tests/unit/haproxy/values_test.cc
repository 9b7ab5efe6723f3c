// SPDX-License-Identifier: MIT
// Times, names and formats of HAProxy as ours.
#include "haproxy/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

TEST(Values, ABareTimeIsInTheUnitOfItsDirective) {
  EXPECT_EQ(parse_time("5000", 1ms), 5s);
  EXPECT_EQ(parse_time("90", 1s), 90s);
  EXPECT_EQ(parse_time("0", 1ms), 0s);
}

TEST(Values, ATimeMayHaveAUnit) {
  EXPECT_EQ(parse_time("250us", 1ms), 250us);
  EXPECT_EQ(parse_time("2d", 1ms), 48h);
}

TEST(Values, OtherTextsAreNoTimes) {
  for (const char* text : {"", "s", "-1", "5 s", "5w", "99999999999999999999"}) {
    EXPECT_EQ(parse_time(text, 1ms), std::nullopt) << text;
  }
}

TEST(Values, ATimeKeepsItsSpelling) {
  EXPECT_EQ(time_value("24h", 1ms)->text, "24h");
  EXPECT_EQ(time_value("60000", 1ms)->text, "1m");
  EXPECT_EQ(time_value("0", 1ms)->text, "off");
}

TEST(Values, RangesOfPortsHaveTwoForms) {
  EXPECT_EQ(parse_range("80"), std::pair(80u, 80u));
  EXPECT_EQ(parse_range("80-82"), std::pair(80u, 82u));
  EXPECT_EQ(parse_range("80:82"), std::pair(80u, 82u));
  EXPECT_EQ(parse_range("82-80"), std::nullopt);
  EXPECT_EQ(parse_range("80-70000"), std::nullopt);
}

TEST(Names, AreOfLettersDigitsAndDashes) {
  Names names;
  EXPECT_EQ(names.take("app.example.com:80"), "app-example-com-80");
  EXPECT_EQ(names.take("10.0.0.1"), "x-10-0-0-1");
  EXPECT_EQ(names.take("true"), "true-");
  EXPECT_EQ(names.take(""), "x-");
}

TEST(Names, AreTakenOnce) {
  Names names;
  EXPECT_EQ(names.take("a.b"), "a-b");
  EXPECT_EQ(names.take("a-b"), "a-b-2");
  EXPECT_EQ(names.take("a_b"), "a_b");
}

std::string format(const std::string& text) {
  const Facts facts{.tls = true, .ports = {8443}};
  auto value = translate_format(text, &facts);
  return value ? *value : "error: " + value.error();
}

TEST(Formats, VariablesHaveOurNames) {
  EXPECT_EQ(format("%s by %b at %f"), "${server} by ${backend} at ${listener}");
  EXPECT_EQ(format("%[src], %ci"), "${client}, ${client}");
  EXPECT_EQ(format("%[req.hdr(Host)] %[hdr(host)]"), "${host} ${host}");
  EXPECT_EQ(format("%[ssl_fc_protocol] %sslv"), "${tls_version} ${tls_version}");
  EXPECT_EQ(format("%ID %[unique-id]"), "${request_id} ${request_id}");
  EXPECT_EQ(format("100%% $5"), "100% $5");
}

TEST(Formats, WhatIsTheSameForAListenerIsWrittenOut) {
  EXPECT_EQ(format("%[ssl_fc]:%[dst_port]:%fp"), "1:8443:8443");
  EXPECT_TRUE(depends_on_listener("a%[dst_port]"));
  EXPECT_FALSE(depends_on_listener("%%[dst_port] %s"));
  EXPECT_FALSE(translate_format("%[dst_port]", nullptr).ok());
}

TEST(Formats, OthersAreRefused) {
  EXPECT_THAT(format("%[rand]"), testing::HasSubstr("no variable for '%[rand]'"));
  EXPECT_THAT(format("%{+Q}s"), testing::HasSubstr("no variable for '%{+Q}s'"));
  EXPECT_THAT(format("%"), testing::HasSubstr("no variable for '%'"));
  EXPECT_THAT(format("%[src"), testing::HasSubstr("error"));
  EXPECT_THAT(format("${client}"), testing::HasSubstr("variable of its own"));
}

}  // namespace
}  // namespace stickler::haproxy
