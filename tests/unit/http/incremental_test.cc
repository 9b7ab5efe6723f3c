// SPDX-License-Identifier: MIT
// However the bytes of a head arrive, the outcome is the same.
#include <gtest/gtest.h>

#include <vector>

#include "http/heads.h"

namespace stickler::http {
namespace {

using testing::text_of;
using testing::verdict_of;

const std::vector<std::string> kRequests = {
    "GET / HTTP/1.1\r\nHost: h\r\n\r\nrest",
    "\r\nGET /a?b HTTP/1.1\r\nHost: h\r\nCookie: a=b; c=d\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n",
    "POST http://h/a HTTP/1.1\r\nhost:h\r\nContent-Length:  5 \r\nExpect: "
    "100-continue\r\n\r\nhello",
    "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: "
    "close\r\n\r\n0\r\n\r\n",
    "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nE:\r\n\r\n",
    "OPTIONS * HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n folded\r\n\r\n",
    "GET / HTTP/1.1\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nA : b\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
    "GET / HTTP/1.1\r\nA: \x01\r\n\r\n",
    "GET /# HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x02",
};

const std::vector<std::string> kResponses = {
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\nhello",
    "HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\n\r\n",
    "HTTP/1.1 204\r\nDate: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: w\r\nConnection: upgrade\r\n\r\n\x81\x05",
    "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
    "HTTP/1.1 999 X\r\n\r\n",
    "HTTP/1.1 200 \x7f\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\n",
    "ICY 200 OK\r\n\r\n",
};

// Lets both parsers be asked alike.
struct AsRequest {
  RequestParser parser{HeadLimits{}};
  ParseStatus parse(std::string_view bytes) { return parser.parse(bytes); }
};
struct AsResponse {
  ResponseParser parser{HeadLimits{}};
  ParseStatus parse(std::string_view bytes) { return parser.parse(bytes, Method::get); }
};

// What comes of `bytes` if they arrive in pieces that end at `ends`: the verdict, its place, the
// head.
template <typename Reader>
std::string outcome(std::string_view bytes, const std::vector<std::size_t>& ends) {
  Reader reader;
  ParseStatus status = ParseStatus::incomplete;
  for (std::size_t end : ends) {
    status = reader.parse(bytes.substr(0, end));
    if (status != ParseStatus::incomplete) break;
  }
  std::string text = verdict_of(reader.parser, status);
  if (status == ParseStatus::failed) {
    return text + " at " + std::to_string(reader.parser.error().position);
  }
  if (status == ParseStatus::incomplete) return text;
  return text + " " + std::to_string(reader.parser.head_size()) + text_of(reader.parser.head());
}

template <typename Reader>
void expect_same_however_it_arrives(const std::vector<std::string>& corpus) {
  for (const std::string& bytes : corpus) {
    const std::string whole = outcome<Reader>(bytes, {bytes.size()});
    std::vector<std::size_t> one_by_one;
    for (std::size_t end = 0; end <= bytes.size(); ++end) {
      EXPECT_EQ(outcome<Reader>(bytes, {end, bytes.size()}), whole) << "split at " << end;
      one_by_one.push_back(end);
    }
    EXPECT_EQ(outcome<Reader>(bytes, one_by_one), whole);
  }
}

TEST(ARequestHead, IsTheSameHoweverItArrives) {
  expect_same_however_it_arrives<AsRequest>(kRequests);
}

TEST(AResponseHead, IsTheSameHoweverItArrives) {
  expect_same_however_it_arrives<AsResponse>(kResponses);
}

}  // namespace
}  // namespace stickler::http
