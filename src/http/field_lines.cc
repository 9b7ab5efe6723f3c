// SPDX-License-Identifier: MIT
#include "http/field_lines.h"

#include "base/strings.h"

namespace stickler::http {
namespace {

const char* fault_in_name(char c, bool empty) {
  if (c == '\n') return "bare LF";
  if (c == ' ' || c == '\t') return empty ? "folded field line" : "white space before colon";
  if (c == '\r') return "field line without colon";
  return empty && c == ':' ? "empty field name" : "invalid byte in field name";
}

}  // namespace

void FieldLines::start(std::size_t position) {
  phase_ = Phase::name;
  line_ = position;
}

FieldLines::Step FieldLines::next(Scanner& in) {
  switch (phase_) {
    case Phase::name:
      if (!read_name(in)) break;
      [[fallthrough]];
    case Phase::value:
      if (!read_value(in)) break;
      [[fallthrough]];
    case Phase::line_end:
      if (!in.match_line_end(line_end_)) break;
      take_field(in);
      return Step::field;
    case Phase::last_line:
      break;
  }
  if (phase_ == Phase::last_line && in.match_line_end(line_)) return Step::end;
  if (!in.failed() && !in.exhausted()) in.fail("bare CR");
  return in.failed() ? Step::failed : Step::incomplete;
}

bool FieldLines::read_name(Scanner& in) {
  if (!in.skip(kToken)) return false;
  const bool empty = in.position() == line_;
  if (in.peek() == ':' && !empty) {
    colon_ = in.position();
    phase_ = Phase::value;
    in.advance();
    return true;
  }
  if (in.peek() == '\r' && empty) {
    phase_ = Phase::last_line;
    return false;
  }
  return in.fail(fault_in_name(in.peek(), empty));
}

bool FieldLines::read_value(Scanner& in) {
  if (!in.skip_text()) return false;
  if (in.peek() == '\r') {
    line_end_ = in.position();
    phase_ = Phase::line_end;
    return true;
  }
  return in.fail(in.peek() == '\n' ? "bare LF" : "control character in field value");
}

void FieldLines::take_field(const Scanner& in) {
  field_.name = in.between(line_, colon_);
  field_.value = trim(in.between(colon_ + 1, line_end_));
  field_.id = field_id(field_.name);
  start(in.position());
}

}  // namespace stickler::http
