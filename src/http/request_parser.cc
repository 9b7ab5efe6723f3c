// SPDX-License-Identifier: MIT
#include <utility>

#include "base/renew.h"
#include "base/strings.h"
#include "http/http1_parser.h"
#include "http/request_target.h"

namespace stickler::http {
namespace {

// Longer than any method in use; RFC 9112 §3 suggests 501 for those.
constexpr std::size_t kLongestMethod = 32;
constexpr char kTlsHandshake = 0x16;

const char* fault_in_method(char c) {
  if (c == kTlsHandshake) return "TLS on a plain port";
  return c == '\n' ? "bare LF" : "invalid byte in method";
}

const char* fault_in_target(char c) {
  if (c == '\r') return "request line without version";
  return c == '\n' ? "bare LF" : "invalid byte in request target";
}

}  // namespace

ParseStatus RequestParser::parse(std::string_view bytes) {
  if (bytes.data() != in_.data()) reset();
  if (in_.failed()) return ParseStatus::failed;
  in_.feed(bytes.substr(0, limits_.head));
  if (advance()) return ParseStatus::complete;
  if (!in_.failed() && bytes.size() >= limits_.head) fail_at_limit();
  return in_.failed() ? ParseStatus::failed : ParseStatus::incomplete;
}

// Enters where the last call ran out of bytes. True once the head is complete.
bool RequestParser::advance() {
  switch (phase_) {
    case Phase::start:
    case Phase::empty_line:
      if (!read_start()) return false;
      [[fallthrough]];
    case Phase::method:
      if (!read_method()) return false;
      [[fallthrough]];
    case Phase::target:
      if (!read_target()) return false;
      [[fallthrough]];
    case Phase::version:
      if (!read_version()) return false;
      [[fallthrough]];
    case Phase::fields:
      return read_fields();
    case Phase::complete:
      return true;
  }
  return false;
}

bool RequestParser::read_start() {
  if (in_.exhausted()) return false;
  if (in_.peek() == '\r') phase_ = Phase::empty_line;
  if (phase_ == Phase::empty_line && !in_.match(0, "\r\n")) {
    return !in_.exhausted() && in_.fail("bare CR");
  }
  begin(Phase::method);
  return true;
}

bool RequestParser::read_method() {
  if (in_.exhausted()) return false;
  started_ = true;
  const bool ended = in_.skip(kToken);
  head_.method_text = in_.since(word_);
  if (head_.method_text.size() > kLongestMethod) {
    return in_.fail_at(word_ + kLongestMethod, "method too long", 501);
  }
  if (!ended) return false;
  if (in_.peek() != ' ' || head_.method_text.empty()) return in_.fail(fault_in_method(in_.peek()));
  // Set aside by RFC 9113 §3.4 so that an HTTP/1 reader stops here.
  if (head_.method_text == "PRI") return in_.fail("HTTP/2 preface");
  head_.method = method_of(head_.method_text);
  in_.advance();
  begin(Phase::target);
  return true;
}

bool RequestParser::read_target() {
  const bool ended = in_.skip(kTarget);
  head_.target = in_.since(word_);
  if (head_.target.size() > limits_.target) {
    return in_.fail_at(word_ + limits_.target, "request target too long", 414);
  }
  if (!ended) return false;
  if (in_.peek() != ' ') return in_.fail(fault_in_target(in_.peek()));
  if (const char* fault = parse_target(head_)) return in_.fail_at(word_, fault);
  in_.advance();
  begin(Phase::version);
  return true;
}

bool RequestParser::read_version() {
  if (!in_.take(word_, "HTTP/1.1\r\n") && !in_.match(word_, "HTTP/0.0\r\n")) {
    return !in_.exhausted() && in_.fail("malformed HTTP version");
  }
  const std::string_view version = in_.since(word_).substr(0, 8);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return in_.fail_at(word_, "unsupported HTTP version", 505);
  }
  head_.version_minor = version.back() - '0';
  head_.line = {head_.method_text.data(), version.data() + version.size()};
  begin(Phase::fields);
  lines_.start(in_.position());
  return true;
}

bool RequestParser::read_fields() {
  for (;;) {
    switch (lines_.next(in_)) {
      case FieldLines::Step::field:
        if (!add_field(lines_.field())) return false;
        break;
      case FieldLines::Step::end:
        return finish();
      case FieldLines::Step::incomplete:
      case FieldLines::Step::failed:
        return false;
    }
  }
}

bool RequestParser::add_field(const Field& field) {
  if (head_.fields.size() == limits_.fields) return in_.fail("too many fields", 431);
  head_.fields.push_back(field);
  if (field.id == FieldId::host) return add_host(field);
  if (field.id == FieldId::expect) return add_expect(field);
  const char* fault = framing_.add(field, head_.version_minor);
  return fault == nullptr || in_.fail(fault);
}

bool RequestParser::add_host(const Field& field) {
  if (has_host_) return in_.fail("several Host fields");
  has_host_ = true;
  const char* fault = parse_host(head_, field.value);
  return fault == nullptr || in_.fail(fault);
}

bool RequestParser::add_expect(const Field& field) {
  if (!equals_ignoring_case(field.value, "100-continue")) {
    return in_.fail("unknown expectation", 417);
  }
  head_.expects_continue = head_.version_minor >= 1;  // in 1.0 to be ignored, RFC 9110 §10.1.1
  return true;
}

bool RequestParser::finish() {
  if (!has_host_ && head_.version_minor >= 1) return in_.fail("missing Host");
  head_.body = framing_.request_body();
  // Some readers take what follows for the tunnel's first bytes, others for a body.
  if (head_.method == Method::connect && head_.body.kind != BodyKind::none) {
    return in_.fail("CONNECT with a body");
  }
  head_.keep_alive = framing_.keep_alive(head_.version_minor);
  if (head_.version_minor >= 1) head_.upgrade = framing_.upgrade();
  head_.size = static_cast<std::uint32_t>(in_.position());
  phase_ = Phase::complete;
  return true;
}

bool RequestParser::fail_at_limit() {
  if (phase_ == Phase::target) return in_.fail("request target too long", 414);
  return in_.fail("head too long", 431);
}

void RequestParser::begin(Phase phase) {
  phase_ = phase;
  word_ = in_.position();
}

void RequestParser::reset() {
  auto fields = std::move(head_.fields);  // keeps what it has allocated
  fields.clear();
  renew(head_);
  head_.fields = std::move(fields);
  renew(in_);
  renew(framing_);
  phase_ = Phase::start;
  started_ = false;
  has_host_ = false;
}

}  // namespace stickler::http
