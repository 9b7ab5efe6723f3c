// SPDX-License-Identifier: MIT
// What a sound request head says.
#include <gtest/gtest.h>

#include "http/heads.h"

namespace stickler::http {
namespace {

using testing::get_with;
using testing::head_of;
using testing::request_verdict;
using testing::text_of;

class ARequest : public ::testing::Test {
 protected:
  const RequestHead& parsed(std::string head) {
    bytes_ = std::move(head);
    parser_.reset();
    EXPECT_EQ(parser_.parse(bytes_), ParseStatus::complete) << parser_.error().what;
    return parser_.head();
  }

  std::string bytes_;
  RequestParser parser_{HeadLimits{}};
};

TEST_F(ARequest, IsReadWordByWord) {
  const RequestHead& head = parsed(head_of({"POST /a/b?c=d HTTP/1.1", "Host: h:81", "X-Y: z"}));
  EXPECT_EQ(head.line, "POST /a/b?c=d HTTP/1.1");
  EXPECT_EQ(head.method, Method::post);
  EXPECT_EQ(head.method_text, "POST");
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.path, "/a/b");
  EXPECT_EQ(head.query, "c=d");
  EXPECT_EQ(head.authority, "h:81");
  EXPECT_EQ(head.version_minor, 1);
  EXPECT_EQ(text_of(head.fields), "Host=h:81#7\nX-Y=z#0\n");
}

TEST_F(ARequest, EndsWhereItsEmptyLineEnds) {
  const std::string head = get_with("A: b");
  parsed(head + "GET /next");
  EXPECT_EQ(parser_.head_size(), head.size());
}

TEST_F(ARequest, MayFollowOneEmptyLineWhichCountsAsPartOfIt) {
  parsed("\r\n" + get_with("A: b"));
  EXPECT_EQ(parser_.head_size(), bytes_.size());
  EXPECT_EQ(request_verdict("\r\n\r\n" + get_with("A: b")), "400 invalid byte in method");
}

TEST_F(ARequest, HasNotStartedBeforeItsFirstByte) {
  parser_.parse("\r\n");
  EXPECT_FALSE(parser_.started());
  parser_.parse("\r\nG");
  EXPECT_TRUE(parser_.started());
  parser_.reset();
  EXPECT_FALSE(parser_.started());
}

TEST_F(ARequest, MayUseAnyTokenAsMethod) {
  EXPECT_EQ(parsed(head_of({"get / HTTP/1.1", "Host: h"})).method, Method::other);
  EXPECT_EQ(parsed(head_of({"M-SEARCH* / HTTP/1.1", "Host: h"})).method_text, "M-SEARCH*");
  EXPECT_EQ(parsed(head_of({"TRACE / HTTP/1.1", "Host: h"})).method, Method::trace);
}

TEST_F(ARequest, TellsAnEmptyQueryFromNone) {
  EXPECT_NE(parsed(head_of({"GET /a? HTTP/1.1", "Host: h"})).query.data(), nullptr);
  EXPECT_EQ(parser_.head().path_and_query(), "/a?");
  EXPECT_EQ(parsed(head_of({"GET /a HTTP/1.1", "Host: h"})).query.data(), nullptr);
  EXPECT_EQ(parser_.head().path_and_query(), "/a");
}

TEST_F(ARequest, WithAnAbsoluteTargetIsForItsAuthority) {
  const RequestHead& head = parsed(head_of({"GET http://H:80/a?b HTTP/1.1", "Host: h"}));
  EXPECT_EQ(head.target_form, TargetForm::absolute);
  EXPECT_EQ(head.authority, "H:80");
  EXPECT_EQ(head.path_and_query(), "/a?b");
}

TEST_F(ARequest, WithAnAbsoluteTargetWithoutPathIsForTheRoot) {
  EXPECT_EQ(parsed(head_of({"GET HTTPS://h HTTP/1.1", "Host: h:443"})).path_and_query(), "/");
  EXPECT_EQ(parsed(head_of({"OPTIONS http://h HTTP/1.1", "Host: h"})).path_and_query(), "*");
}

TEST_F(ARequest, ForOptionsMayBeForTheWholeServer) {
  const RequestHead& head = parsed(head_of({"OPTIONS * HTTP/1.1", "Host: h"}));
  EXPECT_EQ(head.target_form, TargetForm::asterisk);
  EXPECT_EQ(head.path, "*");
}

TEST_F(ARequest, ToConnectNamesHostAndPort) {
  const RequestHead& head = parsed(head_of({"CONNECT h:80 HTTP/1.1", "Host: h:80"}));
  EXPECT_EQ(head.target_form, TargetForm::authority);
  EXPECT_EQ(head.authority, "h:80");
}

TEST_F(ARequest, MayLackAHostOnlyInVersion10) {
  EXPECT_EQ(parsed("GET / HTTP/1.0\r\n\r\n").authority, "");
  EXPECT_EQ(request_verdict("GET / HTTP/1.1\r\n\r\n"), "400 missing Host");
}

TEST_F(ARequest, LosesTheWhiteSpaceAroundFieldValues) {
  EXPECT_EQ(parsed(get_with("A: \t b\tc \t")).fields.back().value, "b\tc");
  EXPECT_EQ(parsed(get_with("A:")).fields.back().value, "");
  EXPECT_EQ(parsed(get_with("A: \t ")).fields.back().value, "");
}

TEST_F(ARequest, KeepsBytesAbove127InFieldValues) {
  EXPECT_EQ(parsed(get_with("A: \x80\xff")).fields.back().value, "\x80\xff");
}

TEST_F(ARequest, IsFramedByItsFields) {
  EXPECT_EQ(text_of(parsed(get_with("A: b")).body), "none");
  EXPECT_EQ(text_of(parsed(get_with("Content-Length: 0")).body), "none");
  EXPECT_EQ(text_of(parsed(get_with("Content-Length: 007")).body), "7");
  EXPECT_EQ(text_of(parsed(get_with("Content-Length: 9223372036854775807")).body),
            "9223372036854775807");
  EXPECT_EQ(text_of(parsed(get_with("Transfer-Encoding: Chunked")).body), "chunked");
}

TEST_F(ARequest, KeepsTheConnectionByVersionAndConnection) {
  EXPECT_TRUE(parsed(get_with("A: b")).keep_alive);
  EXPECT_FALSE(parsed(get_with("Connection: x, CLOSE")).keep_alive);
  EXPECT_FALSE(parsed(get_with("Connection: keep-alive, close")).keep_alive);
  EXPECT_FALSE(parsed("GET / HTTP/1.0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parsed(head_of({"GET / HTTP/1.0", "Connection: Keep-Alive"})).keep_alive);
}

TEST_F(ARequest, UpgradesOnlyIfConnectionNamesIt) {
  EXPECT_EQ(parsed(head_of({"GET / HTTP/1.1", "Host: h", "Upgrade: websocket",
                            "Connection: keep-alive, Upgrade"}))
                .upgrade,
            "websocket");
  EXPECT_EQ(parsed(get_with("Upgrade: websocket")).upgrade, "");
  EXPECT_EQ(parsed(get_with("Connection: upgrade")).upgrade, "");
}

TEST_F(ARequest, NeverUpgradesInVersion10) {
  EXPECT_EQ(parsed(head_of({"GET / HTTP/1.0", "Connection: upgrade", "Upgrade: x"})).upgrade, "");
}

TEST_F(ARequest, MayExpect100ContinueWhichVersion10Ignores) {
  EXPECT_TRUE(parsed(get_with("Expect: 100-Continue")).expects_continue);
  EXPECT_FALSE(parsed(head_of({"GET / HTTP/1.0", "Expect: 100-continue"})).expects_continue);
}

TEST_F(ARequest, LeavesNothingToTheNextAfterReset) {
  parsed(head_of({"GET /a?b HTTP/1.0", "Host: g", "Expect: 100-continue", "Content-Length: 5",
                  "Connection: close, upgrade", "Upgrade: u"}));
  RequestParser fresh{HeadLimits{}};
  const std::string next = get_with("A: b");
  fresh.parse(next);
  EXPECT_EQ(text_of(parsed(next)), text_of(fresh.head()));
}

TEST_F(ARequest, IsReadAnewIfItsBytesMoved) {
  const std::string head = get_with("A: b");
  const std::string start = head.substr(0, 20);
  EXPECT_EQ(parser_.parse(start), ParseStatus::incomplete);
  EXPECT_EQ(parser_.parse(head), ParseStatus::complete);
  EXPECT_EQ(parser_.head().method_text.data(), head.data());
  EXPECT_EQ(parser_.head().fields[1].name.data(), head.data() + head.find("A:"));
}

TEST_F(ARequest, StaysCompleteWhileMoreArrivesBehindIt) {
  std::string bytes = get_with("A: b") + "body";
  const std::string_view all = bytes;
  EXPECT_EQ(parser_.parse(all.substr(0, bytes.size() - 4)), ParseStatus::complete);
  EXPECT_EQ(parser_.parse(all), ParseStatus::complete);
  EXPECT_EQ(parser_.head().fields.size(), 2u);
}

}  // namespace
}  // namespace stickler::http
