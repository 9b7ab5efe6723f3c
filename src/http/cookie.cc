// SPDX-License-Identifier: MIT
#include "http/cookie.h"

#include <algorithm>

#include "base/strings.h"

namespace stickler::http {
namespace {

constexpr bool is_separator(char c) { return c == ';' || c == ','; }

// Joins what is left of a field's value around cuts.
class Remainder {
 public:
  explicit Remainder(std::string& out) : out_(out), begin_(out.size()) {}

  // `part` loses the separators that stood beside a cut.
  void add(std::string_view part, bool cut_before, bool cut_after) {
    constexpr std::string_view kBesideCut = ";, \t";
    if (cut_before) part.remove_prefix(std::min(part.find_first_not_of(kBesideCut), part.size()));
    if (cut_after) part = part.substr(0, part.find_last_not_of(kBesideCut) + 1);
    if (part.empty()) return;
    if (!empty()) out_ += "; ";
    out_ += part;
  }

  bool empty() const { return out_.size() == begin_; }

 private:
  std::string& out_;
  std::size_t begin_;
};

}  // namespace

std::optional<CookiePair> CookieReader::next() {
  while (at_ < value_.size()) {
    const std::size_t begin = at_;
    const std::size_t mark = std::min(value_.find_first_of("=;,", begin), value_.size());
    const bool has_value = mark < value_.size() && value_[mark] == '=';
    const std::size_t end = has_value ? find_value_end(mark + 1) : mark;
    at_ = end + 1;

    const std::string_view name = trim(value_.substr(begin, mark - begin));
    if (!has_value || name.starts_with('$')) continue;
    const std::string_view whole = trim(value_.substr(begin, end - begin));
    const auto where = static_cast<std::size_t>(whole.data() - value_.data());
    const std::string_view value = trim(value_.substr(mark + 1, end - mark - 1));
    return CookiePair{name, value, where, where + whole.size()};
  }
  return std::nullopt;
}

std::size_t CookieReader::find_value_end(std::size_t from) {
  for (std::size_t i = from; i < value_.size(); ++i) {
    if (is_separator(value_[i])) return i;
    if (value_[i] == '"' && quotes_close_) i = skip_quoted(i);
  }
  return value_.size();
}

// Where the quoted string that opens at `open` closes. If it never does, quotes mean nothing from
// there on: a stray one in somebody's cookie must not hide the session cookie behind it.
std::size_t CookieReader::skip_quoted(std::size_t open) {
  for (std::size_t i = open + 1; i < value_.size(); ++i) {
    if (value_[i] == '"') return i;
    if (value_[i] == '\\') ++i;
  }
  quotes_close_ = false;
  return open;
}

bool append_without_cookie(std::string_view field_value, std::string_view name, std::string& out) {
  Remainder left(out);
  CookieReader reader(field_value);
  std::size_t kept = 0;  // where the part not yet added begins
  bool cut = false;
  while (const auto pair = reader.next()) {
    if (pair->name != name) continue;
    left.add(field_value.substr(kept, pair->begin - kept), cut, true);
    kept = pair->end;
    cut = true;
  }
  left.add(field_value.substr(kept), cut, false);
  return !left.empty();
}

std::string_view set_cookie_name(std::string_view field_value) {
  const std::string_view pair = field_value.substr(0, field_value.find(';'));
  const std::size_t equals = pair.find('=');
  return equals == pair.npos ? std::string_view{} : trim(pair.substr(0, equals));
}

}  // namespace stickler::http
