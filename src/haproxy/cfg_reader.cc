// SPDX-License-Identifier: MIT
#include "haproxy/cfg_reader.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

// HAProxy's MAX_LINE_ARGS.
constexpr std::size_t kMostWords = 64;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }
constexpr bool begins_name(char c) {
  return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '_' || c == '.';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts one line.
class Cutter {
 public:
  Cutter(std::string_view text, const Environment& environment, Line& line)
      : text_(text), environment_(environment), line_(line) {}

  void run() {
    while (at_ < text_.size() && !(quote_ == 0 && text_[at_] == '#')) take();
    end_word();
    if (quote_ != 0) fault(std::string("the quote ") + quote_ + " opened in it is never closed");
    if (line_.words.size() > kMostWords) fault("it has more than 64 words");
  }

 private:
  void take() {
    char c = text_[at_];
    if ((c == '"' && quote_ != '\'') || (c == '\'' && quote_ != '"')) {
      quote_ = quote_ == 0 ? c : '\0';
      in_word_ = true;
      ++at_;
    } else if (c == '\\' && quote_ != '\'') {
      take_escape();
    } else if (c == '$' && quote_ == '"') {
      take_variable();
    } else if (is_blank(c) && quote_ == 0) {
      end_word();
      ++at_;
    } else {
      add(c, 1);
    }
  }

  // A backslash that escapes nothing stays.
  void take_escape() {
    constexpr std::string_view kItself = " \\#\"'$";
    constexpr std::array<std::pair<char, char>, 3> kControls{
        {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}}};
    char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (next != '\0' && kItself.find(next) != std::string_view::npos) return add(next, 2);
    for (auto [letter, control] : kControls) {
      if (next == letter) return add(control, 2);
    }
    if (next != 'x') return add('\\', 1);
    int high = at_ + 2 < text_.size() ? hex_value(text_[at_ + 2]) : -1;
    int low = at_ + 3 < text_.size() ? hex_value(text_[at_ + 3]) : -1;
    if (high < 0 || low < 0) {
      fault("behind \\x two hexadecimal digits are missing");
      return add('\\', 1);
    }
    add(static_cast<char>(high * 16 + low), 4);
  }

  // $NAME, ${NAME}, ${NAME-default}.
  void take_variable() {
    std::size_t begin = at_ + 1;
    bool braces = begin < text_.size() && text_[begin] == '{';
    if (braces) ++begin;
    std::size_t end = begin;
    while (end < text_.size() &&
           (begins_name(text_[end]) || (end > begin && is_digit(text_[end])))) {
      ++end;
    }
    std::string name(text_.substr(begin, end - begin));
    std::optional<std::string> fallback;
    if (braces) {
      std::size_t close = text_.find('}', end);
      std::string_view rest = text_.substr(end, close - end);
      if (close == std::string_view::npos || !(rest.empty() || rest.front() == '-')) name.clear();
      if (rest.starts_with('-')) fallback = rest.substr(1);
      end = close == std::string_view::npos ? text_.size() : close + 1;
    }
    if (name.empty()) fault("the variable behind its '$' cannot be read");
    insert_variable(name, fallback);
    at_ = std::max(end, at_ + 1);
  }

  void insert_variable(const std::string& name, const std::optional<std::string>& fallback) {
    if (name.empty()) return;
    std::optional<std::string> value = environment_(name);
    if (!value) value = fallback;
    if (!value) {
      return fault("the environment variable " + name +
                   " is not set here; run the import with it, or write its value");
    }
    current_ += *value;
    in_word_ = true;
  }

  void add(char c, std::size_t length) {
    if (c == '\0') fault("it holds a NUL byte");
    current_ += c;
    in_word_ = true;
    at_ += length;
  }

  void end_word() {
    if (!in_word_) return;
    line_.words.push_back(std::move(current_));
    current_.clear();
    in_word_ = false;
  }

  void fault(std::string why) {
    if (line_.fault.empty()) line_.fault = std::move(why);
  }

  std::string_view text_;
  const Environment& environment_;
  Line& line_;
  std::size_t at_ = 0;
  char quote_ = 0;
  std::string current_;
  bool in_word_ = false;
};

// What the file sets for the lines below: `setenv` and its kin of the global section.
class FileEnvironment {
 public:
  explicit FileEnvironment(const Environment& outer) : outer_(outer) {}

  std::optional<std::string> find(const std::string& name) const {
    auto found = own_.find(name);
    return found == own_.end() ? outer_(name) : found->second;
  }

  void follow(const Line& line) {
    std::string name(line.word(1));
    if (line.word(0) == "setenv") own_[name] = line.word(2);
    if (line.word(0) == "presetenv" && !find(name)) own_[name] = line.word(2);
    if (line.word(0) != "unsetenv") return;
    for (std::size_t i = 1; i < line.words.size(); ++i) own_[line.words[i]] = std::nullopt;
  }

 private:
  const Environment& outer_;
  std::map<std::string, std::optional<std::string>> own_;
};

}  // namespace

std::deque<Line> read_lines(std::string_view text, const Environment& environment) {
  std::deque<Line> lines;
  FileEnvironment variables(environment);
  const Environment look_up = [&](const std::string& name) { return variables.find(name); };
  std::vector<std::string> remarks;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view written = without_blanks(take_until(text, '\n'));
    if (written.starts_with('#')) {
      remarks.emplace_back(without_blanks(written.substr(1)));
      continue;
    }
    Line line{
        .number = number, .text = std::string(written), .words = {}, .remarks = {}, .fault = {}};
    std::swap(line.remarks, remarks);
    remarks.clear();
    Cutter(written, look_up, line).run();
    if (line.words.empty()) continue;
    variables.follow(line);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace stickler::haproxy
