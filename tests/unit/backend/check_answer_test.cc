// SPDX-License-Identifier: MIT
#include "backend/check_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace stickler::backend {
namespace {

constexpr std::string_view kAlive = "web is alive";

config::Check status_check() { return {}; }

config::Check body_check() {
  config::Check settings;
  settings.method = "GET";
  settings.body = kAlive;
  return settings;
}

std::string words(const Judgement& judgement) {
  std::string text = judgement.passed ? "passed" : "failed";
  if (judgement.status != 0) text += ' ' + std::to_string(judgement.status);
  if (!judgement.fault.empty()) text += ": " + judgement.fault;
  return text;
}

// What comes of an answer that arrives `step` bytes at a time, after which the server closes.
std::string judge(const config::Check& settings, std::string_view bytes, std::size_t step) {
  CheckAnswer answer(settings);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (auto judgement = answer.received(bytes.substr(at, step))) return words(*judgement);
  }
  return words(answer.ended());
}

std::string judge(const config::Check& settings, std::string_view bytes) {
  std::string whole = judge(settings, bytes, bytes.size() + 1);
  EXPECT_EQ(judge(settings, bytes, 1), whole);
  return whole;
}

std::string with_length(std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST(CheckAnswer, PassesOnTheExpectedStatus) {
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 200 OK\r\n\r\n"), "passed 200");
}

TEST(CheckAnswer, AHeadAnswerNeedsNoBodyWhateverItsLength) {
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), "passed 200");
}

TEST(CheckAnswer, FailsOnAnyOtherStatus) {
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 503 Busy\r\n\r\n"), "failed 503");
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 101 Switching\r\n\r\n"), "failed 101");
}

TEST(CheckAnswer, KnowsRangesOfStatuses) {
  config::Check settings;
  settings.expect = {{200, 204}, {301, 302}};
  for (unsigned status = 200; status < 600; ++status) {
    bool expected = status <= 204 || status == 301 || status == 302;
    std::string verdict = (expected ? "passed " : "failed ") + std::to_string(status);
    ASSERT_EQ(judge(settings, "HTTP/1.1 " + std::to_string(status) + " X\r\n\r\n"), verdict);
  }
}

TEST(CheckAnswer, LooksBeyondInterimAnswers) {
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n"),
            "failed 503");
}

TEST(CheckAnswer, DoesNotGoOnReadingInterimAnswersForEver) {
  std::string many;
  for (int count = 0; count < 17; ++count) many += "HTTP/1.1 103 Hints\r\n\r\n";
  EXPECT_EQ(judge(status_check(), many), "failed: too many interim answers");
}

TEST(CheckAnswer, FindsTheTextHoweverTheBodyIsFramed) {
  EXPECT_EQ(judge(body_check(), with_length("web is alive (web)")), "passed 200");
  EXPECT_EQ(judge(body_check(), "HTTP/1.0 200 OK\r\n\r\nthe web is alive"), "passed 200");
  EXPECT_EQ(judge(body_check(),
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "5\r\nweb i\r\n7\r\ns alive\r\n0\r\n\r\n"),
            "passed 200");
}

TEST(CheckAnswer, AnInstanceThatClosesIsSeenByItsBody) {
  EXPECT_EQ(judge(body_check(), with_length("web site is closed (web)")),
            "failed 200: the body lacks \"web is alive\"");
  EXPECT_EQ(judge(body_check(), "HTTP/1.0 200 OK\r\n\r\nweb site is closed"),
            "failed 200: the body lacks \"web is alive\"");
  EXPECT_EQ(judge(body_check(), with_length("")), "failed 200: the body lacks \"web is alive\"");
}

TEST(CheckAnswer, TheStatusCountsBeforeTheBody) {
  EXPECT_EQ(judge(body_check(), "HTTP/1.1 500 Oops\r\nContent-Length: 12\r\n\r\nweb is alive"),
            "failed 500");
}

TEST(CheckAnswer, TextBehindTheBodyDoesNotCount) {
  EXPECT_EQ(judge(body_check(), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nno web is alive"),
            "failed 200: the body lacks \"web is alive\"");
}

TEST(CheckAnswer, LooksThroughTheFirst64kOnly) {
  std::string padding(64 * 1024 - kAlive.size(), '.');
  std::string head = "HTTP/1.0 200 OK\r\n\r\n";
  EXPECT_EQ(judge(body_check(), head + padding + std::string(kAlive), 1000), "passed 200");
  EXPECT_EQ(judge(body_check(), head + padding + "." + std::string(kAlive), 1000),
            "failed 200: the first 64k of the body lack \"web is alive\"");
}

TEST(CheckAnswer, TellsWhereAnAnswerBrokeOff) {
  EXPECT_EQ(judge(status_check(), ""), "failed: connection closed without an answer");
  EXPECT_EQ(judge(status_check(), "HTTP/1.1 200 OK\r\nA:"),
            "failed: connection closed within the head of the answer");
  EXPECT_EQ(judge(body_check(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nweb"),
            "failed 200: the body was cut short");
}

TEST(CheckAnswer, TellsWhatIsNotHttp) {
  EXPECT_EQ(judge(status_check(), "SSH-2.0-OpenSSH\r\n"),
            "failed: malformed answer: malformed status line");
  EXPECT_TRUE(judge(body_check(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                  .starts_with("failed 200: the body is malformed: "));
}

}  // namespace
}  // namespace stickler::backend
