// SPDX-License-Identifier: MIT
#include <utility>

#include "base/renew.h"
#include "http/http1_parser.h"

namespace stickler::http {

ParseStatus ResponseParser::parse(std::string_view bytes, Method request) {
  if (bytes.data() != in_.data()) reset();
  if (in_.failed()) return ParseStatus::failed;
  in_.feed(bytes.substr(0, limits_.head));
  if (advance(request)) return ParseStatus::complete;
  if (!in_.failed() && bytes.size() >= limits_.head) in_.fail("head too long", 431);
  return in_.failed() ? ParseStatus::failed : ParseStatus::incomplete;
}

// Enters where the last call ran out of bytes. True once the head is complete.
bool ResponseParser::advance(Method request) {
  switch (phase_) {
    case Phase::status:
      if (!read_status()) return false;
      [[fallthrough]];
    case Phase::reason:
      if (!read_reason()) return false;
      [[fallthrough]];
    case Phase::line_end:
      if (!read_line_end()) return false;
      [[fallthrough]];
    case Phase::fields:
      return read_fields(request);
    case Phase::complete:
      return true;
  }
  return false;
}

bool ResponseParser::read_status() {
  constexpr std::string_view kPattern = "HTTP/1.0 000";
  constexpr std::size_t kMinor = 7;
  constexpr std::size_t kStatus = 9;
  in_.take(0, "HTTP/1.1 ");
  if (!in_.match(0, kPattern)) return !in_.exhausted() && in_.fail("malformed status line");

  const std::string_view line = in_.since(0);
  if (line[kMinor] > '1') return in_.fail_at(kMinor, "unsupported HTTP version");
  head_.version_minor = line[kMinor] - '0';
  for (char digit : line.substr(kStatus)) {
    head_.status = head_.status * 10 + static_cast<unsigned>(digit - '0');
  }
  if (head_.status < 100 || head_.status > 599) return in_.fail_at(kStatus, "invalid status");
  phase_ = Phase::reason;
  return true;
}

// The space before the reason may be missing along with it, as some servers write it.
bool ResponseParser::read_reason() {
  constexpr std::size_t kSpace = 12;
  if (in_.position() == kSpace && !in_.exhausted() && in_.peek() != ' ' && in_.peek() != '\r') {
    return in_.fail("malformed status line");
  }
  if (!in_.skip_text()) return false;
  if (in_.peek() == '\n') return in_.fail("bare LF");
  if (in_.peek() != '\r') return in_.fail("control character in reason phrase");
  line_end_ = in_.position();
  if (line_end_ > kSpace) head_.reason = in_.since(kSpace + 1);
  phase_ = Phase::line_end;
  return true;
}

bool ResponseParser::read_line_end() {
  if (!in_.match_line_end(line_end_)) return !in_.exhausted() && in_.fail("bare CR");
  phase_ = Phase::fields;
  lines_.start(in_.position());
  return true;
}

bool ResponseParser::read_fields(Method request) {
  for (;;) {
    switch (lines_.next(in_)) {
      case FieldLines::Step::field:
        if (!add_field(lines_.field())) return false;
        break;
      case FieldLines::Step::end:
        return finish(request);
      case FieldLines::Step::incomplete:
      case FieldLines::Step::failed:
        return false;
    }
  }
}

bool ResponseParser::add_field(const Field& field) {
  if (head_.fields.size() == limits_.fields) return in_.fail("too many fields", 431);
  head_.fields.push_back(field);
  const char* fault = framing_.add(field, head_.version_minor);
  return fault == nullptr || in_.fail(fault);
}

bool ResponseParser::finish(Method request) {
  head_.body = framing_.response_body(request, head_.status);
  head_.keep_alive = framing_.keep_alive(head_.version_minor) &&  //
                     head_.body.kind != BodyKind::until_close;
  if (head_.status == 101) head_.upgrade = framing_.upgrade();
  phase_ = Phase::complete;
  return true;
}

void ResponseParser::reset() {
  auto fields = std::move(head_.fields);  // keeps what it has allocated
  fields.clear();
  renew(head_);
  head_.fields = std::move(fields);
  renew(in_);
  renew(framing_);
  phase_ = Phase::status;
}

}  // namespace stickler::http
