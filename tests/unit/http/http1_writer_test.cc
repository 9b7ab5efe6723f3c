// SPDX-License-Identifier: MIT
#include "http/http1_writer.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::http {
namespace {

void write_sample(HeadWriter& writer) {
  writer.request_line("GET", "/a?b", 1);
  writer.field("Host", "h");
  writer.field("Content-Length", std::uint64_t{18446744073709551615u});
  writer.begin_field("X");
  writer.raw("a");
  writer.raw("");
  writer.raw("b");
  writer.end_field();
  writer.end_head();
}

constexpr std::string_view kSample =
    "GET /a?b HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\nX: ab\r\n\r\n";

std::string status_line(unsigned status, std::string_view reason, int minor) {
  char space[100];
  HeadWriter writer(space, sizeof space);
  writer.status_line(status, reason, minor);
  return std::string(writer.written());
}

TEST(AHeadWriter, WritesByteForByteAsTold) {
  char space[200];
  HeadWriter writer(space, sizeof space);
  write_sample(writer);
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.written(), kSample);
}

TEST(AHeadWriter, FillsInAnEmptyReasonIfKnown) {
  EXPECT_EQ(status_line(200, "", 1), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(status_line(404, "Gone Fishing", 0), "HTTP/1.0 404 Gone Fishing\r\n");
  EXPECT_EQ(status_line(299, "", 1), "HTTP/1.1 299 \r\n");
}

TEST(AHeadWriter, StopsForGoodWhereTheSpaceIsUsedUp) {
  for (std::size_t capacity = 0; capacity <= kSample.size(); ++capacity) {
    std::string space(kSample.size() + 1, '#');
    HeadWriter writer(space.data(), capacity);
    write_sample(writer);
    EXPECT_EQ(writer.ok(), capacity == kSample.size());
    EXPECT_LE(writer.size(), capacity);
    EXPECT_EQ(writer.written(), kSample.substr(0, writer.size()));
    EXPECT_EQ(space.find_first_not_of('#', writer.size()), std::string::npos);
  }
}

}  // namespace
}  // namespace stickler::http
