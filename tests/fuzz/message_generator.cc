// SPDX-License-Identifier: MIT
#include "message_generator.h"

#include <utility>

namespace stickler::http::testing {

std::string MessageGenerator::request() {
  static const Words methods = {"GET",  "GET",    "POST",    "PUT",
                                "HEAD", "DELETE", "OPTIONS", "CONNECT"};
  static const Words targets = {
      "/",          "/",          "/a/b?c=d&e=f",   "/a%20b%zz?", "//x/../y",
      "/{|}\"<>^`", "http://h/a", "http://h:80/?q", "https://h",  "HTTP://H/",
      "*",          "h:443",      "http://g/",      "/#a",        "/?a?b/c@d:e"};
  static const Words versions = {"HTTP/1.1", "HTTP/1.1", "HTTP/1.1",
                                 "HTTP/1.0", "HTTP/1.2", "HTTP/2.0"};
  static const Words hosts = {"Host: h", "Host: h", "Host: h", "host:h:80", "HOST: \tH:443 "};
  text_ = one_in(10) ? "\r\n" : "";
  add_line(std::string(any(methods)) + " ", std::string(any(targets)) + " ", any(versions));
  if (!one_in(20)) add_line(any(hosts));
  if (one_in(30)) add_line(any(hosts));
  return finish();
}

std::string MessageGenerator::response() {
  static const Words versions = {"HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.1 ", "HTTP/1.0 ", "HTTP/1.2 "};
  static const Words statuses = {"200", "200", "204", "304", "100",
                                 "101", "404", "503", "599", "99"};
  static const Words reasons = {" OK", " OK", " ", "", " Not Found", "  two  spaces ", " \x80\xff"};
  text_.clear();
  add_line(any(versions), any(statuses), any(reasons));
  return finish();
}

std::string MessageGenerator::finish() {
  add_fields();
  add_line("");
  add_body();
  if (one_in(2)) text_ += "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
  if (one_in(3)) spoil();
  if (one_in(10)) text_.resize(below(text_.size() + 1));
  return std::exchange(text_, {});
}

void MessageGenerator::add_line(std::string_view a, std::string_view b, std::string_view c) {
  text_.append(a).append(b).append(c).append("\r\n");
}

void MessageGenerator::add_fields() {
  static const Words lengths = {"0", "1", "5", "07", "12", " 5 ", "+5", "5, 5", "-1", "0x5", ""};
  static const Words codings = {
      "chunked",       "chunked",       "Chunked",  "CHUNKED ",        "gzip",
      "chunked, gzip", "gzip, chunked", "xchunked", "chunked,chunked", ""};
  static const Words options = {"close",
                                "keep-alive",
                                "Upgrade",
                                "Close, x",
                                "x,close",
                                "close, close",
                                "keep-alive,close",
                                "closed",
                                "close x",
                                "Keep-Alive, Upgrade",
                                ",",
                                "upgrade, close"};
  static const Words names = {
      "A",  "Cookie",           "X-Forwarded-For", "accept",          "_",      "Expect", "Trailer",
      "TE", "Proxy-Connection", "connection-x",    "content-lengthy", "!#$%&'*"};
  static const Words values = {"b", "", " \t ", "a, b", "\x80\xff", "a\tb", "x=\"y;z\"", "chunked"};

  const std::size_t framing = below(5);
  chunked_ = framing == 0;
  length_ = 0;
  for (std::size_t n = below(4); n > 0; --n) add_field(names, values);
  if (framing == 0 || one_in(30)) add_field({"Transfer-Encoding", "transfer-encoding"}, codings);
  if (framing == 1 || one_in(30)) {
    length_ = below(12);
    add_line("Content-Length: ", std::to_string(length_));
  }
  if (one_in(20)) add_field({"Content-Length"}, lengths);
  if (one_in(3)) add_field({"Connection", "CONNECTION"}, options);
  if (one_in(10)) add_field({"Connection"}, options);
  if (one_in(6)) add_field({"Upgrade"}, {"websocket", "h2c", "", "a, b"});
  for (std::size_t n = below(3); n > 0; --n) add_field(names, values);
}

void MessageGenerator::add_field(const Words& names, const Words& values) {
  static const Words colons = {": ", ": ", ": ", ":", ":\t", ":  "};
  const std::string_view colon = one_in(50) ? " :" : any(colons);
  add_line(any(names), colon, any(values));
}

void MessageGenerator::add_body() {
  if (chunked_) add_chunks();
  text_.append(length_, 'x');
}

void MessageGenerator::add_chunks() {
  static const Words extensions = {"",           "",          "",    "",  ";a",          ";a=b",
                                   ";a=\"b c\"", ";a;b=c",    "; a", ";", ";a=\"\\\"\"", " ",
                                   ";a=",        ";a=\"b\";c"};
  static const Words sizes = {"0",
                              "00",
                              "3",
                              "003",
                              "a",
                              "A",
                              "3 ",
                              "0x3",
                              "+3",
                              "",
                              "0000000000000003",
                              "00000000000000003",
                              "8000000000000000",
                              "10000000000000000"};
  for (std::size_t n = below(4); n > 0; --n) {
    const std::size_t size = 1 + below(9);
    const std::string digits(1, "0123456789"[size]);
    add_line(one_in(10) ? any(sizes) : std::string_view(digits), any(extensions));
    text_.append(size, 'y');
    add_line("");
  }
  add_line("0", any(extensions));
  if (one_in(4)) add_field({"X-Sum", "Server-Timing", "Host"}, {"1", "", "a\tb"});
  add_line("");
}

// Replaces, inserts, removes or repeats a few bytes.
void MessageGenerator::spoil() {
  static constexpr std::string_view kBytes("\r\n\t :;,=\"\0\x7f\x80\x0b\x01/?#@0aZ%\\", 24);
  for (std::size_t n = 1 + below(3); n > 0 && !text_.empty(); --n) {
    const std::size_t at = below(text_.size());
    const char byte = kBytes[below(kBytes.size())];
    switch (below(4)) {
      case 0:
        text_[at] = byte;
        break;
      case 1:
        text_.insert(at, 1, byte);
        break;
      case 2:
        text_.erase(at, 1 + below(3));
        break;
      default:
        text_.insert(at, text_.substr(at, 1 + below(8)));
        break;
    }
  }
}

}  // namespace stickler::http::testing
