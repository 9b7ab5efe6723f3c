// SPDX-License-Identifier: MIT
// JSON (RFC 8259) written member by member into a string, whatever bytes the values are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace stickler::observe {

// With quotes. What is no UTF-8 becomes \u00XX, byte by byte: nothing gets lost, and what reads it
// is never refused.
void append_json_string(std::string_view text, std::string& out);

// One flat object. Names are plain ASCII and need no escapes.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_.push_back('{'); }

  void text(std::string_view name, std::string_view value) {
    begin(name);
    append_json_string(value, out_);
  }
  // null if it is empty.
  void text_or_null(std::string_view name, std::string_view value) {
    value.empty() ? null(name) : text(name, value);
  }
  void number(std::string_view name, std::int64_t value);
  // A span, with a fraction.
  void seconds(std::string_view name, Duration value);
  void boolean(std::string_view name, bool value) {
    begin(name);
    out_.append(value ? "true" : "false");
  }
  void null(std::string_view name) {
    begin(name);
    out_.append("null");
  }
  void end() { out_.push_back('}'); }

 private:
  void begin(std::string_view name);

  std::string& out_;
  bool first_ = true;
};

}  // namespace stickler::observe
