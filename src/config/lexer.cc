// SPDX-License-Identifier: MIT
#include "config/lexer.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace stickler::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::array<std::pair<char, TokenKind>, 10> kPunctuation{{{'=', TokenKind::equals},
                                                                   {':', TokenKind::equals},
                                                                   {';', TokenKind::semicolon},
                                                                   {',', TokenKind::comma},
                                                                   {'{', TokenKind::open_group},
                                                                   {'}', TokenKind::close_group},
                                                                   {'[', TokenKind::open_array},
                                                                   {']', TokenKind::close_array},
                                                                   {'(', TokenKind::open_list},
                                                                   {')', TokenKind::close_list}}};

constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
constexpr bool is_name_character(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// [-+]?digits, or 0x and hex digits, either with L or LL behind.
struct IntegerText {
  std::string_view digits;
  int base = 10;
  bool negative = false;
  bool wide = false;
};

std::optional<IntegerText> integer_text(std::string_view text) {
  IntegerText number;
  if (text.starts_with('-') || text.starts_with('+')) {
    number.negative = text.front() == '-';
    text.remove_prefix(1);
  } else if (text.size() > 2 && text[0] == '0' && to_lower(text[1]) == 'x') {
    number.base = 16;
    text.remove_prefix(2);
  }
  for (int i = 0; i < 2 && text.ends_with('L'); ++i) {
    text.remove_suffix(1);
    number.wide = true;
  }
  if (text.empty()) return std::nullopt;
  for (char c : text) {
    if (number.base == 10 ? !is_digit(c) : hex_value(c) < 0) return std::nullopt;
  }
  number.digits = text;
  return number;
}

// libconfig keeps 32 bits of a plain integer and drops the others without a word.
bool fits(const IntegerText& number) {
  std::int64_t value = 0;
  const char* end = number.digits.data() + number.digits.size();
  auto [stop, error] = std::from_chars(number.digits.data(), end, value, number.base);
  if (error != std::errc{}) return false;
  return number.wide || value <= std::numeric_limits<std::int32_t>::max();
}

bool is_floating(std::string_view text) {
  double value = 0;
  // from_chars takes a '-' itself, but no '+'; nor may it find a '-' behind one.
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return false;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error != std::errc::invalid_argument && stop == text.data() + text.size();
}

bool is_boolean(std::string_view text) {
  return equals_ignoring_case(text, "true") || equals_ignoring_case(text, "false");
}

class Lexer {
 public:
  Lexer(const Sources& sources, int file, Report& report)
      : text_(sources.text(file)), file_(file), report_(report) {}

  LexResult run() {
    skip_byte_order_mark();
    while (skip_blanks_and_comments()) lex_token();
    add(TokenKind::end, at_, at_);
    return std::move(result_);
  }

 private:
  void skip_byte_order_mark() {
    if (!std::string_view(text_).starts_with(kByteOrderMark)) return;
    report_.warning(span(0, 1), "the file begins with a byte order mark, which other tools refuse",
                    "save it as UTF-8 without BOM");
    at_ = line_start_ = kByteOrderMark.size();
  }

  // False at the end of the text.
  bool skip_blanks_and_comments() {
    while (at_ < text_.size()) {
      std::string_view rest = text_.substr(at_);
      if (is_blank(rest.front())) {
        ++at_;
      } else if (rest.front() == '\n') {
        next_line();
      } else if (rest.starts_with('#') || rest.starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest.starts_with("/*")) {
        skip_block_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_block_comment() {
    std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      report_.error(span(at_, 2), "the comment opened here is never closed",
                    "a \"*/\" is missing; everything behind is lost");
      result_.truncated = true;
      at_ = text_.size();
      return;
    }
    for (std::size_t i = at_; i < end; ++i) {
      if (text_[i] == '\n') begin_line(i + 1);
    }
    at_ = end + 2;
  }

  void lex_token() {
    char c = text_[at_];
    if (c == '"') return lex_string();
    if (!(value_expected() && c == ':')) {
      for (auto [character, kind] : kPunctuation) {
        if (c == character) return add(kind, at_, at_ + 1);
      }
    }
    if (!value_expected() && is_letter(c)) return lex_name();
    lex_word();
  }

  // Behind '=' on the same line, or inside a list: there "a:b" is one word, not a name and a value.
  bool value_expected() const {
    if (result_.tokens.empty()) return false;
    const Token& last = result_.tokens.back();
    if (last.kind == TokenKind::equals) return last.at.line == line_;
    return last.kind == TokenKind::open_array || last.kind == TokenKind::open_list ||
           (last.kind == TokenKind::comma && in_list_);
  }

  // libconfig reserves true and false: they name nothing.
  void lex_name() {
    std::size_t end = at_;
    while (end < text_.size() && is_name_character(text_[end])) ++end;
    add(is_boolean(text_.substr(at_, end - at_)) ? TokenKind::boolean : TokenKind::name, at_, end);
  }

  void lex_word() {
    constexpr std::string_view kEnds = " \t\r\n\f;,{}[]()\"#";
    std::size_t end = std::min(text_.find_first_of(kEnds, at_), text_.size());
    // Any other byte that starts no word stands alone.
    if (end == at_) ++end;
    std::string_view word = text_.substr(at_, end - at_);
    if (word == "@include") return add(TokenKind::include, at_, end);
    if (is_boolean(word)) return add(TokenKind::boolean, at_, end);
    if (auto number = integer_text(word)) return lex_integer(*number, end);
    add(is_floating(word) ? TokenKind::floating : TokenKind::word, at_, end);
  }

  void lex_integer(const IntegerText& number, std::size_t end) {
    if (fits(number)) return add(TokenKind::integer, at_, end);
    report_.error(span(at_, end - at_), "this integer does not fit", "the largest is 2147483647");
    add(TokenKind::refused, at_, end);
  }

  void lex_string() {
    std::size_t open = at_;
    std::string said;
    for (std::size_t i = open + 1;; ++i) {
      if (i >= text_.size() || text_[i] == '\n') return close_missing_quote(open, i);
      if (text_[i] == '"') {
        bool holds_nul = said.find('\0') != std::string::npos;
        if (holds_nul) report_.error(span(open, i + 1 - open), "a text cannot hold a NUL");
        add(holds_nul ? TokenKind::refused : TokenKind::string, open, i + 1);
        result_.tokens.back().text = std::move(said);
        return;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) {
        i += take_escape(i, said);
      } else {
        said += text_[i];
      }
    }
  }

  // Appends what the escape at `at` means; how many characters stand behind the backslash. Like
  // libconfig, a backslash that escapes nothing is a backslash: "\d" needs no doubling.
  std::size_t take_escape(std::size_t at, std::string& said) {
    constexpr std::array<std::pair<char, char>, 6> kEscapes{
        {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'f', '\f'}, {'"', '"'}, {'\\', '\\'}}};
    char escaped = text_[at + 1];
    for (auto [letter, meaning] : kEscapes) {
      if (escaped != letter) continue;
      said += meaning;
      return 1;
    }
    if (to_lower(escaped) == 'x' && at + 3 < text_.size()) {
      int high = hex_value(text_[at + 2]);
      int low = hex_value(text_[at + 3]);
      if (high >= 0 && low >= 0) {
        said += static_cast<char>(high * 16 + low);
        return 3;
      }
    }
    said += '\\';
    return 0;
  }

  void close_missing_quote(std::size_t open, std::size_t end) {
    report_.error(span(open, 1), "the string opened here is never closed",
                  "a '\"' is missing before the end of the line");
    add(TokenKind::refused, open, end);
    result_.truncated = true;
  }

  void add(TokenKind kind, std::size_t begin, std::size_t end) {
    std::string spelling(text_.substr(begin, end - begin));
    result_.tokens.push_back({.kind = kind,
                              .at = span(begin, end - begin),
                              .text = spelling,
                              .spelling = spelling,
                              .first_on_line = first_on_line_});
    first_on_line_ = false;
    if (kind == TokenKind::open_array || kind == TokenKind::open_list) in_list_ = true;
    if (kind == TokenKind::close_array || kind == TokenKind::close_list) in_list_ = false;
    at_ = end;
  }

  Span span(std::size_t begin, std::size_t length) const {
    return {.file = file_,
            .line = line_,
            .column = static_cast<int>(begin - line_start_) + 1,
            .length = static_cast<int>(length)};
  }

  void next_line() {
    ++at_;
    begin_line(at_);
  }

  void begin_line(std::size_t start) {
    ++line_;
    line_start_ = start;
    first_on_line_ = true;
  }

  std::string_view text_;
  int file_;
  Report& report_;
  LexResult result_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  int line_ = 1;
  bool first_on_line_ = true;
  bool in_list_ = false;
};

}  // namespace

LexResult lex(const Sources& sources, int file, Report& report) {
  return Lexer(sources, file, report).run();
}

}  // namespace stickler::config
