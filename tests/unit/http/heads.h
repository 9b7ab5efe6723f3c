// SPDX-License-Identifier: MIT
// The words the tests of heads are written in.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "http/http1_parser.h"

namespace stickler::http::testing {

using Lines = std::initializer_list<std::string_view>;

// The lines, each ended by CRLF, and the empty line.
inline std::string head_of(Lines lines) {
  std::string head;
  for (std::string_view line : lines) head.append(line).append("\r\n");
  return head + "\r\n";
}

// A sound GET with one more line.
inline std::string get_with(std::string_view line) {
  return head_of({"GET / HTTP/1.1", "Host: h", line});
}

template <typename Parser>
std::string verdict_of(Parser& parser, ParseStatus status) {
  if (status == ParseStatus::complete) return "accepted";
  if (status == ParseStatus::incomplete) return "incomplete";
  return std::to_string(parser.error().status) + " " + parser.error().what;
}

// "accepted", "incomplete", or the error: "400 bare LF".
inline std::string request_verdict(std::string_view bytes, HeadLimits limits = {}) {
  RequestParser parser(limits);
  const ParseStatus status = parser.parse(bytes);
  return verdict_of(parser, status);
}

inline std::string response_verdict(std::string_view bytes, Method request = Method::get,
                                    HeadLimits limits = {}) {
  ResponseParser parser(limits);
  const ParseStatus status = parser.parse(bytes, request);
  return verdict_of(parser, status);
}

inline std::string text_of(const BodyFraming& body) {
  switch (body.kind) {
    case BodyKind::none:
      return "none";
    case BodyKind::length:
      return std::to_string(body.length);
    case BodyKind::chunked:
      return "chunked";
    case BodyKind::until_close:
      return "until close";
  }
  return "?";
}

// Everything a head says, as text, to compare two readings of the same bytes.
inline std::string text_of(const std::vector<Field>& fields) {
  std::string text;
  for (const Field& field : fields) {
    text.append(field.name).append("=").append(field.value);
    text.append("#").append(std::to_string(static_cast<int>(field.id))).append("\n");
  }
  return text;
}

inline std::string text_of(const RequestHead& head) {
  std::string text(head.method_text);
  for (std::string_view part : {head.target, head.path, head.query, head.authority, head.upgrade}) {
    text.append(" <").append(part).append(">");
  }
  for (int number : {static_cast<int>(head.method), static_cast<int>(head.target_form),
                     head.version_minor, int{head.keep_alive}, int{head.expects_continue}}) {
    text.append(" ").append(std::to_string(number));
  }
  return text + " " + text_of(head.body) + "\n" + text_of(head.fields);
}

inline std::string text_of(const ResponseHead& head) {
  std::string text = std::to_string(head.status);
  text.append(" <").append(head.reason).append("> <").append(head.upgrade).append("> ");
  text.append(std::to_string(head.version_minor)).append(head.keep_alive ? " keep " : " close ");
  return text + text_of(head.body) + "\n" + text_of(head.fields);
}

}  // namespace stickler::http::testing
