// SPDX-License-Identifier: MIT
// Cookie fields as a reader that must agree with browsers and with HAProxy (its manual, `cookie`,
// and what it was seen to do): separators ';' and ',' outside quotes, spaces around '=', names
// exact.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stickler::http {

// One cookie of a Cookie field's value.
struct CookiePair {
  std::string_view name;
  std::string_view value;  // as sent, quotes included
  std::size_t begin = 0;   // where it stands in the field's value: [begin, end), separator excluded
  std::size_t end = 0;
};

// Walks through a Cookie field's value without allocating. Words without '=' and "$Version"-style
// attributes are skipped. Unlike in HAProxy, a quote that is never closed protects no separator.
class CookieReader {
 public:
  explicit CookieReader(std::string_view field_value) : value_(field_value) {}
  std::optional<CookiePair> next();

 private:
  std::size_t find_value_end(std::size_t from);
  std::size_t skip_quoted(std::size_t open);

  std::string_view value_;
  std::size_t at_ = 0;
  bool quotes_close_ = true;
};

// Appends `field_value` to `out` without any cookie called `name`, other bytes as they were but for
// the separators around a cut ("a=1; N=s2; b=2" → "a=1; b=2"). Returns whether anything is left.
bool append_without_cookie(std::string_view field_value, std::string_view name, std::string& out);

// The name of the cookie that a Set-Cookie value sets; empty if it has none.
std::string_view set_cookie_name(std::string_view field_value);

}  // namespace stickler::http
