// SPDX-License-Identifier: MIT
// Strict HTTP/1 heads (RFC 9112): whatever two readers could understand differently is an error.
// Pure: bytes in, values out; no I/O, no allocation once the field list has grown to its limit.
//
// Refused though RFC 9112 allows it: equal Content-Length fields twice; an empty Host; an absolute
// target with a query but no path ("http://h?q"); HTTP/1.2 and above (505 towards a client).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/field_lines.h"
#include "http/framing_fields.h"
#include "http/head.h"
#include "http/scanner.h"

namespace stickler::http {

struct HeadLimits {
  std::size_t head = 64 * 1024;    // bytes of the whole head; beyond: 431
  std::size_t target = 16 * 1024;  // bytes of the request target; beyond: 414
  std::size_t fields = 100;        // beyond: 431
};

enum class ParseStatus { incomplete, complete, failed };

class RequestParser {
 public:
  explicit RequestParser(HeadLimits limits) : limits_(limits) {}

  // `bytes` holds everything received since the head began, and grows from call to call; each byte
  // is looked at once (if the bytes have moved in memory, parsing starts over by itself).
  // An error is found as soon as its bytes are there (a wrong word at the word's end, a wrong field
  // at its line's end), not only at the end of the head. Up to one empty line before the request
  // line is skipped (RFC 9112 §2.2).
  ParseStatus parse(std::string_view bytes);

  // After `complete`: views into `bytes`, and how many bytes the head took, empty line included.
  RequestHead& head() { return head_; }
  const RequestHead& head() const { return head_; }
  std::size_t head_size() const { return in_.position(); }
  // After `failed`.
  const ParseError& error() const { return in_.error(); }
  // Whether any byte of a request line has been seen.
  bool started() const { return started_; }

  void reset();
  // Before a head begins.
  void set_limits(HeadLimits limits) { limits_ = limits; }

 private:
  enum class Phase : std::uint8_t { start, empty_line, method, target, version, fields, complete };

  bool advance();
  bool read_start();
  bool read_method();
  bool read_target();
  bool read_version();
  bool read_fields();
  bool add_field(const Field& field);
  bool add_host(const Field& field);
  bool add_expect(const Field& field);
  bool finish();
  bool fail_at_limit();
  void begin(Phase phase);

  HeadLimits limits_;
  RequestHead head_;
  Scanner in_;
  FieldLines lines_;
  FramingFields framing_;
  std::size_t word_ = 0;  // where the method, target or version began
  Phase phase_ = Phase::start;
  bool started_ = false;
  bool has_host_ = false;
};

class ResponseParser {
 public:
  explicit ResponseParser(HeadLimits limits) : limits_(limits) {}

  // As RequestParser::parse. `request` decides the framing of the answer (RFC 9112 §6.3: HEAD,
  // CONNECT) and must be the method of the request that this head answers.
  ParseStatus parse(std::string_view bytes, Method request);
  ResponseHead& head() { return head_; }
  const ResponseHead& head() const { return head_; }
  std::size_t head_size() const { return in_.position(); }
  const ParseError& error() const { return in_.error(); }
  void reset();
  // Before a head begins.
  void set_limits(HeadLimits limits) { limits_ = limits; }

 private:
  enum class Phase : std::uint8_t { status, reason, line_end, fields, complete };

  bool advance(Method request);
  bool read_status();
  bool read_reason();
  bool read_line_end();
  bool read_fields(Method request);
  bool add_field(const Field& field);
  bool finish(Method request);

  HeadLimits limits_;
  ResponseHead head_;
  Scanner in_;
  FieldLines lines_;
  FramingFields framing_;
  std::size_t line_end_ = 0;
  Phase phase_ = Phase::status;
};

}  // namespace stickler::http
