// SPDX-License-Identifier: MIT
// The little HTTP/1.1 text that the load generator needs: requests it writes, answers it checks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stickler::bench {

// The persistence cookie of all proxies under test.
inline constexpr std::string_view kCookieName = "srv";

struct RequestText {
  std::string path = "/bytes/128";
  std::uint64_t upload_bytes = 0;  // above 0: POST
  bool browser = false;            // the 14 fields that a browser sends
  bool close = false;              // "Connection: close"
};

// A whole request head; `cookie` is the session's value, "" if it has none yet.
std::string write_request(const RequestText& text, std::string_view cookie);

// A WebSocket upgrade with the key of RFC 6455 section 1.2, whose answer is in section 1.3.
std::string write_upgrade(std::string_view cookie);
inline constexpr std::string_view kWebSocketAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// What an answer says; absent numbers are -1, absent texts empty. Views into the head.
struct Answer {
  int status = -1;
  std::int64_t length = -1;
  std::int64_t received = -1;  // X-Received: body bytes that the origin counted
  std::string_view served_by;  // X-Served-By: the server that really answered
  std::string_view accept;     // Sec-WebSocket-Accept
  std::string_view cookie;     // Set-Cookie: srv=...
};

// `head` ends with the empty line.
Answer read_answer(std::string_view head);

// The server that a cookie names: HAProxy's value is "name|dates".
std::string_view server_of(std::string_view cookie);

}  // namespace stickler::bench
