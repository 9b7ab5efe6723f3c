// SPDX-License-Identifier: MIT
#include "http_text.h"

#include <strings.h>

#include <charconv>

namespace stickler::bench {
namespace {

// As Chromium sends them to a page behind a proxy; with Host and Cookie before and after.
constexpr std::string_view kBrowserFields =
    "Connection: keep-alive\r\n"
    "Cache-Control: max-age=0\r\n"
    "sec-ch-ua: \"Chromium\";v=\"126\", \"Not.A/Brand\";v=\"24\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Upgrade-Insecure-Requests: 1\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
    "\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: navigate\r\n"
    "Sec-Fetch-Dest: document\r\n"
    "Referer: http://bench.example/project/65f0c0ffee65f0c0ffee65f0\r\n"
    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n";

std::string cookie_field(std::string_view cookie) {
  if (cookie.empty()) return "";
  return "Cookie: " + std::string(kCookieName) + '=' + std::string(cookie) + "\r\n";
}

bool is(std::string_view name, std::string_view wanted) {
  return name.size() == wanted.size() &&
         strncasecmp(name.data(), wanted.data(), wanted.size()) == 0;
}

std::int64_t number(std::string_view text) {
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string_view our_cookie(std::string_view set_cookie) {
  if (!set_cookie.starts_with(kCookieName)) return {};
  set_cookie.remove_prefix(kCookieName.size());
  if (!set_cookie.starts_with('=')) return {};
  return set_cookie.substr(1, set_cookie.find(';') - 1);
}

void take_field(std::string_view name, std::string_view value, Answer& answer) {
  if (is(name, "Content-Length")) answer.length = number(value);
  if (is(name, "X-Received")) answer.received = number(value);
  if (is(name, "X-Served-By")) answer.served_by = value;
  if (is(name, "Sec-WebSocket-Accept")) answer.accept = value;
  if (is(name, "Set-Cookie")) answer.cookie = our_cookie(value);
}

}  // namespace

std::string write_request(const RequestText& text, std::string_view cookie) {
  std::string head = text.upload_bytes > 0 ? "POST " : "GET ";
  head += text.path + " HTTP/1.1\r\nHost: bench.example\r\n";
  if (text.browser) head += kBrowserFields;
  if (text.close) head += "Connection: close\r\n";
  if (text.upload_bytes > 0) {
    head += "Content-Type: application/octet-stream\r\nContent-Length: " +
            std::to_string(text.upload_bytes) + "\r\n";
  }
  return head + cookie_field(cookie) + "\r\n";
}

std::string write_upgrade(std::string_view cookie) {
  return "GET /tunnel HTTP/1.1\r\n"
         "Host: bench.example\r\n"
         "Connection: Upgrade\r\n"
         "Upgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         cookie_field(cookie) + "\r\n";
}

Answer read_answer(std::string_view head) {
  Answer answer;
  constexpr std::size_t kStatusAt = 9;  // after "HTTP/1.1 "
  if (head.size() < kStatusAt + 3 || !head.starts_with("HTTP/1.")) return answer;
  answer.status = static_cast<int>(number(head.substr(kStatusAt, 3)));
  std::size_t at = head.find("\r\n") + 2;
  while (at < head.size()) {
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, end - at);
    at = end + 2;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) break;
    std::string_view value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    take_field(line.substr(0, colon), value, answer);
  }
  return answer;
}

std::string_view server_of(std::string_view cookie) { return cookie.substr(0, cookie.find('|')); }

}  // namespace stickler::bench
