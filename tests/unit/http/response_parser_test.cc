// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "http/heads.h"

namespace stickler::http {
namespace {

using testing::head_of;
using testing::response_verdict;
using testing::text_of;

class AResponse : public ::testing::Test {
 protected:
  const ResponseHead& parsed(std::string head, Method request = Method::get) {
    bytes_ = std::move(head);
    parser_.reset();
    EXPECT_EQ(parser_.parse(bytes_, request), ParseStatus::complete) << parser_.error().what;
    return parser_.head();
  }
  const ResponseHead& ok_with(std::string_view line, Method request = Method::get) {
    return parsed(head_of({"HTTP/1.1 200 OK", line}), request);
  }
  // The framing of an answer that says "Content-Length: 5".
  std::string body_of(unsigned status, Method request) {
    const std::string line = "HTTP/1.1 " + std::to_string(status) + " X";
    return text_of(parsed(head_of({line, "Content-Length: 5"}), request).body);
  }

  std::string bytes_;
  ResponseParser parser_{HeadLimits{}};
};

TEST_F(AResponse, IsReadWordByWord) {
  const ResponseHead& head = parsed(head_of({"HTTP/1.0 404 Not \xc3\xa4 Found", "Server: x"}));
  EXPECT_EQ(head.version_minor, 0);
  EXPECT_EQ(head.status, 404u);
  EXPECT_EQ(head.reason, "Not \xc3\xa4 Found");
  EXPECT_EQ(text_of(head.fields), "Server=x#0\n");
}

TEST_F(AResponse, EndsWhereItsEmptyLineEnds) {
  const std::string head = head_of({"HTTP/1.1 200 OK", "A: b"});
  parsed(head + "body");
  EXPECT_EQ(parser_.head_size(), head.size());
}

TEST_F(AResponse, MayLackAReasonWithOrWithoutTheSpace) {
  EXPECT_EQ(parsed(head_of({"HTTP/1.1 200 "})).reason, "");
  EXPECT_EQ(parsed(head_of({"HTTP/1.1 200"})).reason, "");
}

TEST_F(AResponse, HasAnyStatusFrom100To599) {
  for (unsigned status = 0; status < 1000; ++status) {
    std::string digits = std::to_string(1000 + status).substr(1);
    const std::string verdict = response_verdict(head_of({"HTTP/1.1 " + digits + " X"}));
    EXPECT_EQ(verdict == "accepted", status >= 100 && status <= 599) << status << verdict;
  }
}

TEST_F(AResponse, HasABodyOnlyIfStatusAndMethodAllowOne) {
  for (unsigned status = 100; status < 600; ++status) {
    const bool never = status < 200 || status == 204 || status == 304;
    EXPECT_EQ(body_of(status, Method::get), never ? "none" : "5") << status;
    EXPECT_EQ(body_of(status, Method::head), "none") << status;
    EXPECT_EQ(body_of(status, Method::connect), never || status < 300 ? "none" : "5") << status;
  }
}

TEST_F(AResponse, IsFramedByItsFieldsOrTheEndOfTheConnection) {
  EXPECT_EQ(text_of(ok_with("Content-Length: 0").body), "none");
  EXPECT_EQ(text_of(ok_with("Transfer-Encoding: chunked").body), "chunked");
  EXPECT_EQ(text_of(ok_with("A: b").body), "until close");
}

TEST_F(AResponse, KeepsTheConnectionByVersionConnectionAndFraming) {
  EXPECT_TRUE(ok_with("Content-Length: 5").keep_alive);
  EXPECT_TRUE(ok_with("A: b", Method::head).keep_alive);
  EXPECT_FALSE(ok_with("Connection: keep-alive").keep_alive);
  EXPECT_FALSE(ok_with("Content-Length: 5\r\nConnection: close").keep_alive);
  EXPECT_FALSE(parsed(head_of({"HTTP/1.0 200 OK", "Content-Length: 5"})).keep_alive);
  EXPECT_TRUE(parsed(head_of({"HTTP/1.0 200 OK", "Content-Length: 5", "Connection: keep-alive"}))
                  .keep_alive);
}

TEST_F(AResponse, UpgradesOnlyWithStatus101) {
  const std::string fields = "Connection: Upgrade\r\nUpgrade: websocket";
  EXPECT_EQ(parsed(head_of({"HTTP/1.1 101 X", fields})).upgrade, "websocket");
  EXPECT_EQ(ok_with(fields).upgrade, "");
}

TEST_F(AResponse, LeavesNothingToTheNextAfterReset) {
  parsed(head_of({"HTTP/1.0 101 X", "Connection: upgrade, close", "Upgrade: u"}));
  ResponseParser fresh{HeadLimits{}};
  const std::string next = head_of({"HTTP/1.1 200", "A: b", "Content-Length: 1"});
  fresh.parse(next, Method::get);
  EXPECT_EQ(text_of(parsed(next)), text_of(fresh.head()));
}

TEST(AResponseParser, RefusesMalformedStatusLinesAtTheFirstWrongByte) {
  const std::string_view fault = "400 malformed status line";
  for (const char* line : {"I", "http", "HTTP/2", "HTTP/1.1  ", "HTTP/1.1 2x", "HTTP/1.1 2000",
                           "HTTP/1.1 200\t", "HTTP/1.1 200X", "HTTP/1.1\r", " "}) {
    EXPECT_EQ(response_verdict(line), fault) << line;
  }
  EXPECT_EQ(response_verdict("HTTP/1.2 200"), "400 unsupported HTTP version");
}

TEST(AResponseParser, RefusesControlsAndBareLineEnds) {
  EXPECT_EQ(response_verdict("HTTP/1.1 200 O\x01"), "400 control character in reason phrase");
  EXPECT_EQ(response_verdict("HTTP/1.1 200 OK\n"), "400 bare LF");
  EXPECT_EQ(response_verdict("HTTP/1.1 200\n"), "400 malformed status line");
  EXPECT_EQ(response_verdict("HTTP/1.1 200 OK\rX"), "400 bare CR");
  EXPECT_EQ(response_verdict("HTTP/1.1 200 OK\r\nA: b\n"), "400 bare LF");
  EXPECT_EQ(response_verdict("HTTP/1.1 200 OK\r\nA: b\r\n c"), "400 folded field line");
}

TEST(AResponseParser, RefusesWhatCouldBeFramedInTwoWays) {
  for (const char* fields :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked", "Content-Length: 3\r\nContent-Length: 4",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked", "Content-Length: -3"}) {
    const std::string verdict = response_verdict(head_of({"HTTP/1.1 200 OK", fields}));
    EXPECT_EQ(verdict.substr(0, 3), "400") << fields;
  }
  EXPECT_EQ(response_verdict(head_of({"HTTP/1.0 200 OK", "Transfer-Encoding: chunked"})),
            "400 Transfer-Encoding in HTTP/1.0");
}

TEST(AResponseParser, LimitsHeadAndFields) {
  const std::string head = head_of({"HTTP/1.1 200 OK", "A: b", "C: d"});
  EXPECT_EQ(response_verdict(head, Method::get, {.head = head.size(), .fields = 2}), "accepted");
  const HeadLimits short_by_one{.head = head.size() - 1};
  EXPECT_EQ(response_verdict(head, Method::get, short_by_one), "431 head too long");
  EXPECT_EQ(response_verdict(head.substr(0, head.size() - 1), Method::get, short_by_one),
            "431 head too long");
  EXPECT_EQ(response_verdict(head, Method::get, {.fields = 1}), "431 too many fields");
}

}  // namespace
}  // namespace stickler::http
