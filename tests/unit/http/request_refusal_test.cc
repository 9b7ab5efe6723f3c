// SPDX-License-Identifier: MIT
// What is no request head, or may be understood in two ways.
#include <gtest/gtest.h>

#include <cctype>

#include "http/heads.h"

namespace stickler::http {
namespace {

using testing::get_with;
using testing::head_of;
using testing::request_verdict;

std::string verdict_on_line(std::string_view request_line) {
  return request_verdict(head_of({request_line, "Host: h"}));
}

TEST(ARequestParser, RefusesAtTheFirstWrongByte) {
  EXPECT_EQ(request_verdict("\x16"), "400 TLS on a plain port");
  EXPECT_EQ(request_verdict("PRI "), "400 HTTP/2 preface");
  EXPECT_EQ(request_verdict("GET / h"), "400 malformed HTTP version");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\n"), "400 malformed HTTP version");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\nA\n"), "400 bare LF");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\nA: b\n"), "400 bare LF");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\nA: b\rX"), "400 bare CR");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\n\rX"), "400 bare CR");
  EXPECT_EQ(request_verdict("\rX"), "400 bare CR");
  EXPECT_EQ(request_verdict("\n"), "400 bare LF");
}

TEST(ARequestParser, RefusesMalformedRequestLines) {
  EXPECT_EQ(verdict_on_line(" GET / HTTP/1.1"), "400 invalid byte in method");
  EXPECT_EQ(verdict_on_line("G(T / HTTP/1.1"), "400 invalid byte in method");
  EXPECT_EQ(verdict_on_line("GET  / HTTP/1.1"), "400 request target neither path nor URL");
  EXPECT_EQ(verdict_on_line("GET\t/ HTTP/1.1"), "400 invalid byte in method");
  EXPECT_EQ(verdict_on_line("GET /"), "400 request line without version");
  EXPECT_EQ(verdict_on_line("GET / HTTP/1.1 "), "400 malformed HTTP version");
  EXPECT_EQ(verdict_on_line("GET / HTTP/1.10"), "400 malformed HTTP version");
  EXPECT_EQ(verdict_on_line("GET / http/1.1"), "400 malformed HTTP version");
  EXPECT_EQ(verdict_on_line("GET / HTTP/1,1"), "400 malformed HTTP version");
}

TEST(ARequestParser, RefusesOtherVersionsWith505) {
  for (const char* version : {"0.9", "1.2", "2.0", "3.0"}) {
    EXPECT_EQ(verdict_on_line(std::string("GET / HTTP/") + version),
              "505 unsupported HTTP version");
  }
}

TEST(ARequestParser, RefusesMethodsOfMoreThan32BytesWith501) {
  EXPECT_EQ(verdict_on_line(std::string(32, 'M') + " / HTTP/1.1"), "accepted");
  EXPECT_EQ(request_verdict(std::string(33, 'M')), "501 method too long");
}

TEST(ARequestParser, RefusesTargetsThatAreNeitherPathNorUrl) {
  for (const char* target : {"a", "?a", "h:80", "ftp://h/", "http:/h", "https:h", "**"}) {
    EXPECT_EQ(verdict_on_line(std::string("GET ") + target + " HTTP/1.1"),
              "400 request target neither path nor URL");
  }
  EXPECT_EQ(verdict_on_line("GET * HTTP/1.1"), "400 asterisk target without OPTIONS");
  EXPECT_EQ(verdict_on_line("GET http://h?a HTTP/1.1"), "400 query without path in request target");
}

TEST(ARequestParser, AcceptsInTargetsEveryVisibleAsciiByteButTheHash) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool fits = byte > 0x20 && byte < 0x7f && c != '#';
    const std::string verdict = verdict_on_line(std::string("GET /") + c + "x HTTP/1.1");
    EXPECT_EQ(verdict == "accepted", fits) << byte << verdict;
  }
}

TEST(ARequestParser, RefusesUserinfoAndBadHostsInTargets) {
  for (const char* host : {"u@h", "u:p@h", "", "h:99999", "h,g", "[::1", "%68"}) {
    EXPECT_EQ(verdict_on_line(std::string("GET http://") + host + "/ HTTP/1.1"),
              "400 invalid host in request target");
  }
}

TEST(ARequestParser, RefusesAHostOtherThanTheTargets) {
  const std::string_view fault = "400 Host differs from request target";
  EXPECT_EQ(verdict_on_line("GET http://g/ HTTP/1.1"), fault);
  EXPECT_EQ(verdict_on_line("GET http://h:8080/ HTTP/1.1"), fault);
  EXPECT_EQ(verdict_on_line("GET http://h:443/ HTTP/1.1"), fault);
  EXPECT_EQ(verdict_on_line("GET https://h:80/ HTTP/1.1"), fault);
  EXPECT_EQ(verdict_on_line("CONNECT g:443 HTTP/1.1"), fault);
  EXPECT_EQ(verdict_on_line("GET http://h:80/ HTTP/1.1"), "accepted");
  EXPECT_EQ(verdict_on_line("GET https://H:443/ HTTP/1.1"), "accepted");
}

TEST(ARequestParser, RefusesConnectWithoutHostAndPort) {
  for (const char* target : {"h", "/", "h:", "http://h:80/"}) {
    EXPECT_EQ(verdict_on_line(std::string("CONNECT ") + target + " HTTP/1.1"),
              "400 CONNECT without host and port");
  }
}

TEST(ARequestParser, RefusesConnectWithABody) {
  for (const char* field : {"Content-Length: 1", "Transfer-Encoding: chunked"}) {
    EXPECT_EQ(request_verdict(head_of({"CONNECT h:1 HTTP/1.1", "Host: h:1", field})),
              "400 CONNECT with a body");
  }
  EXPECT_EQ(request_verdict(head_of({"CONNECT h:1 HTTP/1.1", "Host: h:1", "Content-Length: 0"})),
            "accepted");
}

TEST(ARequestParser, RefusesSeveralHostsEvenIfEqual) {
  EXPECT_EQ(request_verdict(get_with("Host: h")), "400 several Host fields");
  EXPECT_EQ(request_verdict(get_with("hOST: g")), "400 several Host fields");
}

TEST(ARequestParser, RefusesInvalidHosts) {
  for (const char* host : {"", "u@h", "h,g", "h g", "h/", "h?", "h:x", "h:70000", "\x80", "[h]"}) {
    EXPECT_EQ(request_verdict(head_of({"GET / HTTP/1.1", std::string("Host: ") + host})),
              "400 invalid Host");
  }
}

TEST(ARequestParser, RefusesMalformedFieldLines) {
  EXPECT_EQ(request_verdict(get_with(": b")), "400 empty field name");
  EXPECT_EQ(request_verdict(get_with("A : b")), "400 white space before colon");
  EXPECT_EQ(request_verdict(get_with("A")), "400 field line without colon");
  EXPECT_EQ(request_verdict(get_with(" folded")), "400 folded field line");
  EXPECT_EQ(request_verdict(get_with("\tfolded")), "400 folded field line");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\n Host: h\r\n\r\n"), "400 folded field line");
  EXPECT_EQ(request_verdict(get_with("A: b\r")), "400 bare CR");
}

TEST(ARequestParser, AcceptsOnlyTokensAsFieldNames) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool alphanumeric = byte < 128 && std::isalnum(byte) != 0;
    const bool fits = alphanumeric || kMarks.find(c) != kMarks.npos || c == ':';
    const std::string verdict = request_verdict(get_with(std::string("A") + c + "B: x"));
    EXPECT_EQ(verdict == "accepted", fits) << byte << verdict;
  }
}

TEST(ARequestParser, RefusesControlsInFieldValuesWhereverTheyStand) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const bool fits = c == '\t' || (byte >= 0x20 && byte != 0x7f);
      const std::string value = std::string(before, 'x') + c + "\xff yz";
      EXPECT_EQ(request_verdict(get_with("A: " + value)) == "accepted", fits) << before << c;
    }
  }
}

TEST(ARequestParser, RefusesWhatCouldBeFramedInTwoWays) {
  const std::string both = "400 both Content-Length and Transfer-Encoding";
  const auto verdict = [](std::string_view a, std::string_view b) {
    return request_verdict(head_of({"POST / HTTP/1.1", "Host: h", a, b}));
  };
  EXPECT_EQ(verdict("Content-Length: 3", "Transfer-Encoding: chunked"), both);
  EXPECT_EQ(verdict("Transfer-Encoding: chunked", "Content-Length: 3"), both);
  EXPECT_EQ(verdict("Content-Length: 3", "Content-Length: 4"), "400 several Content-Length fields");
  EXPECT_EQ(verdict("Content-Length: 3", "Content-Length: 3"), "400 several Content-Length fields");
  EXPECT_EQ(verdict("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
            "400 several transfer codings");
}

TEST(ARequestParser, RefusesContentLengthsThatAreNotDigitsWithin63Bits) {
  for (const char* value :
       {"", "+3", "-1", "0x3", "3;", "3, 3", "3 3", "3a", "\"3\"", "9223372036854775808",
        "18446744073709551616", "99999999999999999999"}) {
    EXPECT_EQ(request_verdict(get_with(std::string("Content-Length: ") + value)),
              "400 invalid Content-Length");
  }
}

TEST(ARequestParser, RefusesTransferCodingsOtherThanChunked) {
  for (const char* value : {"", "identity", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                            "xchunked", "\"chunked\"", "chunked;a=b", ",chunked",
                            "\x0b"
                            "chunked"}) {
    const std::string verdict =
        request_verdict(get_with(std::string("Transfer-Encoding: ") + value));
    EXPECT_EQ(verdict.substr(0, 4), "400 ") << value;
  }
}

TEST(ARequestParser, RefusesTransferEncodingInVersion10) {
  EXPECT_EQ(request_verdict(head_of({"POST / HTTP/1.0", "Transfer-Encoding: chunked"})),
            "400 Transfer-Encoding in HTTP/1.0");
}

TEST(ARequestParser, RefusesUnknownExpectationsWith417) {
  EXPECT_EQ(request_verdict(get_with("Expect: 200-ok")), "417 unknown expectation");
  EXPECT_EQ(request_verdict(get_with("Expect: 100-continue, x")), "417 unknown expectation");
}

TEST(ARequestParser, RefusesTooManyNamesInConnection) {
  std::string names = "Connection: a";
  for (int i = 0; i < 63; ++i) names += ",a";
  EXPECT_EQ(request_verdict(get_with(names)), "accepted");
  EXPECT_EQ(request_verdict(get_with(names + ",a")), "400 too many names in Connection");
}

TEST(ARequestParser, LimitsTheTargetAsSoonAsItIsTooLong) {
  const HeadLimits limits{.head = 1000, .target = 10, .fields = 100};
  EXPECT_EQ(request_verdict("GET /234567890", limits), "incomplete");
  EXPECT_EQ(request_verdict("GET /2345678901", limits), "414 request target too long");
  EXPECT_EQ(request_verdict(head_of({"GET /234567890 HTTP/1.1", "Host: h"}), limits), "accepted");
}

TEST(ARequestParser, LimitsTheHeadAsSoonAsItIsTooLong) {
  const std::string head = get_with("A: b");
  HeadLimits limits{.head = head.size(), .target = 10, .fields = 100};
  EXPECT_EQ(request_verdict(head + "body", limits), "accepted");
  limits.head -= 1;
  EXPECT_EQ(request_verdict(head, limits), "431 head too long");
  EXPECT_EQ(request_verdict(head.substr(0, limits.head), limits), "431 head too long");
  EXPECT_EQ(request_verdict(head.substr(0, limits.head - 1), limits), "incomplete");
}

TEST(ARequestParser, BlamesTheTargetIfThatAloneFillsTheHead) {
  const HeadLimits limits{.head = 8, .target = 100, .fields = 100};
  EXPECT_EQ(request_verdict("GET /234", limits), "414 request target too long");
}

TEST(ARequestParser, LimitsTheNumberOfFields) {
  const HeadLimits limits{.head = 1000, .target = 10, .fields = 2};
  EXPECT_EQ(request_verdict(get_with("A: b"), limits), "accepted");
  EXPECT_EQ(request_verdict(get_with("A: b\r\nC: d"), limits), "431 too many fields");
}

TEST(ARequestParser, SaysWhereTheErrorIs) {
  RequestParser parser{HeadLimits{}};
  const std::string head = get_with("A: b\x01");
  parser.parse(head);
  EXPECT_EQ(parser.error().position, head.find('\x01'));
}

TEST(ARequestParser, StaysFailedUntilReset) {
  RequestParser parser{HeadLimits{}};
  const std::string bytes = get_with("Host: h");
  EXPECT_EQ(parser.parse(bytes), ParseStatus::failed);
  EXPECT_EQ(parser.parse(bytes), ParseStatus::failed);
  parser.reset();
  EXPECT_FALSE(parser.started());
}

}  // namespace
}  // namespace stickler::http
