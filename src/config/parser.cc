// SPDX-License-Identifier: MIT
#include "config/parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "base/units.h"
#include "config/suggest.h"

namespace stickler::config {
namespace {

constexpr std::size_t kDeepestNesting = 50;

bool opens(TokenKind kind) {
  return kind == TokenKind::open_group || kind == TokenKind::open_array ||
         kind == TokenKind::open_list;
}

bool closes(TokenKind kind) {
  return kind == TokenKind::close_group || kind == TokenKind::close_array ||
         kind == TokenKind::close_list;
}

bool begins_value(TokenKind kind) {
  return opens(kind) || kind == TokenKind::string || kind == TokenKind::integer ||
         kind == TokenKind::floating || kind == TokenKind::boolean;
}

std::string closer_of(TokenKind kind) {
  if (kind == TokenKind::open_group) return "}";
  return kind == TokenKind::open_array ? "]" : ")";
}

// What a word without quotes was probably meant to be.
std::pair<std::string, std::string> explain_bare_word(const std::string& word) {
  std::string quoted = "\"" + word + "\"";
  std::string lower = lower_case(word);
  if (lower == "on" || lower == "yes" || lower == "enabled") {
    return {"'" + word + "' is no value here", "write true"};
  }
  if (lower == "no" || lower == "disabled")
    return {"'" + word + "' is no value here", "write false"};
  if (parse_duration(word)) return {"a duration must stand in quotes", "write " + quoted};
  if (parse_size(word)) return {"a size must stand in quotes", "write " + quoted};
  if (word.front() == '\'') {
    std::string inner = word.substr(1, word.find('\'', 1) - 1);
    return {"a text stands in double quotes", "write \"" + inner + "\""};
  }
  return {"a text must stand in quotes", "write " + quoted};
}

class Parser {
 public:
  Parser(const LexResult& lexed, Report& report)
      : tokens_(lexed.tokens), report_(report), end_reported_(lexed.truncated) {
    result_.whole = !lexed.truncated;
  }

  ParseResult run() {
    result_.root.kind = Node::Kind::group;
    if (tokens_.empty()) return std::move(result_);
    result_.root.name_at = {.file = tokens_.back().at.file};
    parse_settings(result_.root);
    return std::move(result_);
  }

 private:
  const Token& here() const { return tokens_[at_]; }
  const Token& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool on_line_of(const Token& other) const {
    return here().at.line == other.at.line && here().at.file == other.at.file;
  }

  // Up to the bracket that closes `group`, or the end.
  void parse_settings(Node& group) {
    while (here().kind != TokenKind::end) {
      if (closes(here().kind)) {
        if (!open_.empty()) return;
        stray_closer();
      } else if (here().kind == TokenKind::name) {
        parse_setting(group);
      } else {
        unexpected();
      }
    }
  }

  void stray_closer() {
    report_.error(here().at, "nothing is open here that this '" + here().text + "' could close",
                  "remove it, or look for one too many above");
    result_.whole = false;
    ++at_;
    skip_terminator();
  }

  void unexpected() {
    const Token& token = here();
    if (token.kind == TokenKind::semicolon || token.kind == TokenKind::comma) {
      report_.error(token.at, "nothing stands before this '" + token.text + "'", "remove it");
      ++at_;
    } else {
      if (token.kind != TokenKind::refused) {
        report_.error(token.at, "the name of a setting must stand here", "write name = value;");
      }
      skip_statement(token);
    }
  }

  void skip_terminator() {
    if (here().kind == TokenKind::semicolon || here().kind == TokenKind::comma) ++at_;
  }

  void parse_setting(Node& group) {
    const Token& name = here();
    ++at_;
    if (here().kind != TokenKind::equals) return missing_equals(name);
    const Token& equals = here();
    ++at_;
    Node node = parse_value(equals);
    node.name = name.text;
    node.name_at = name.at;
    skip_terminator();
    if (const Node* earlier = group.find(node.name)) {
      report_.error(name.at, "'" + name.text + "' stands twice in this group",
                    "the other one is at " + report_.place(earlier->name_at));
      return;
    }
    group.children.push_back(std::move(node));
  }

  // "timeout client 1m", "server {": the grammars of HAProxy and nginx.
  void missing_equals(const Token& name) {
    std::string second = here().kind == TokenKind::name && on_line_of(name) ? here().text : "";
    const Foreign* foreign = second.empty() ? nullptr : find_foreign(name.text + " " + second);
    if (foreign == nullptr) foreign = find_foreign(name.text);
    std::string remedy = "write " + name.text + " = …";
    if (foreign != nullptr) {
      remedy = foreign->ours.empty() ? std::string(foreign->advice)
                                     : "that is " + std::string(foreign->ours) + " here";
    }
    // Behind a quote that was forgotten everything looks odd.
    if (here().kind != TokenKind::refused) {
      report_.error(name.at, "'=' is missing behind '" + name.text + "'", remedy);
    }
    skip_statement(name);
  }

  // The rest of a statement that makes no sense, up to its ';' or the end of the line. A group that
  // goes on behind the line is read on, for what is wrong in it.
  void skip_statement(const Token& start) {
    std::size_t depth = 0;
    std::size_t group = 0;
    while (here().kind != TokenKind::end && on_line_of(start)) {
      if (closes(here().kind) && depth-- == 0) return;
      if (opens(here().kind) && depth++ == 0) group = at_;
      bool ended = here().kind == TokenKind::semicolon && depth == 0;
      ++at_;
      if (ended) return;
    }
    if (depth == 0) return;
    at_ = group;
    Node ignored;
    parse_bracketed(ignored);
    skip_terminator();
  }

  Node parse_value(const Token& before) {
    Node node;
    node.at = here().at;
    node.text = here().text;
    switch (here().kind) {
      case TokenKind::string:
        parse_string(node);
        break;
      case TokenKind::integer:
        parse_integer(node);
        break;
      case TokenKind::floating:
        take(node, Node::Kind::floating);
        break;
      case TokenKind::boolean:
        node.boolean = lower_case(here().text) == "true";
        take(node, Node::Kind::boolean);
        break;
      case TokenKind::open_group:
      case TokenKind::open_array:
      case TokenKind::open_list:
        parse_bracketed(node);
        break;
      case TokenKind::refused:
        ++at_;
        break;
      case TokenKind::word:
        bare_word();
        break;
      case TokenKind::name:
        if (!on_line_of(before) || next().kind == TokenKind::equals) {
          missing_value(before);
        } else {
          bare_word();
        }
        break;
      default:
        missing_value(before);
    }
    return node;
  }

  void take(Node& node, Node::Kind kind) {
    node.kind = kind;
    ++at_;
  }

  // Neighbouring strings are one text, as in C; but in a list a ',' was probably forgotten.
  void parse_string(Node& node) {
    take(node, Node::Kind::string);
    while (here().kind == TokenKind::string && !in_list()) {
      node.text += here().text;
      ++at_;
    }
  }

  void parse_integer(Node& node) {
    std::string_view digits = node.text;
    while (digits.ends_with('L')) digits.remove_suffix(1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    bool hex = digits.starts_with("0x") || digits.starts_with("0X");
    if (hex) digits.remove_prefix(2);
    auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), node.integer, hex ? 16 : 10);
    take(node, error == std::errc{} ? Node::Kind::integer : Node::Kind::invalid);
  }

  void bare_word() {
    auto [message, remedy] = explain_bare_word(here().text);
    report_.error(here().at, message, remedy);
    const Token& first = here();
    ++at_;
    // The rest of an unquoted sentence belongs to the same mistake.
    while (on_line_of(first) &&
           (here().kind == TokenKind::word || here().kind == TokenKind::name) &&
           next().kind != TokenKind::equals) {
      ++at_;
    }
  }

  void missing_value(const Token& before) {
    if (before.kind == TokenKind::comma) {
      report_.error(before.at, "nothing stands behind this ','", "remove it");
    } else {
      report_.error(before.at, "nothing stands behind '" + before.text + "'");
    }
  }

  // A group or list from its opening bracket to the one that closes it.
  void parse_bracketed(Node& node) {
    const Token& opening = here();
    node.kind = opening.kind == TokenKind::open_group ? Node::Kind::group : Node::Kind::list;
    if (in_array()) report_.error(opening.at, "no group or list can stand inside '[ ]'");
    ++at_;
    if (open_.size() >= kDeepestNesting) {
      report_.error(opening.at, "groups are nested more than 50 deep");
      result_.whole = false;
      end_reported_ = true;
      at_ = tokens_.size() - 1;
      return;
    }
    open_.push_back(&opening);
    if (node.kind == Node::Kind::group) {
      parse_settings(node);
    } else {
      parse_elements(node);
    }
    close(opening);
    open_.pop_back();
  }

  bool in_list() const { return !open_.empty() && open_.back()->kind != TokenKind::open_group; }
  bool in_array() const { return !open_.empty() && open_.back()->kind == TokenKind::open_array; }

  void parse_elements(Node& list) {
    const Token* before = &tokens_[at_ - 1];
    while (here().kind != TokenKind::end && !closes(here().kind)) {
      std::size_t start = at_;
      list.children.push_back(parse_value(*before));
      if (here().kind == TokenKind::comma) {
        before = &here();
        ++at_;
        if (closes(here().kind)) missing_value(*before);
      } else if (here().kind == TokenKind::name || here().kind == TokenKind::semicolon) {
        return;  // the list is not closed; the settings behind it go on
      } else if (at_ == start) {
        ++at_;
      } else if (begins_value(here().kind)) {
        report_.error(here().at, "a ',' is missing before this value");
      }
    }
  }

  void close(const Token& opening) {
    std::string closer = closer_of(opening.kind);
    if (here().kind == TokenKind::end) return never_closed(opening);
    if (here().text == closer) {
      remember_if_misplaced(opening);
      ++at_;
      return;
    }
    result_.whole = false;
    std::string remedy = "a '" + closer + "' is missing";
    if (closes(here().kind)) {
      remedy += " before the '" + here().text + "' at " + report_.place(here().at);
      if (matches_outer_bracket()) return report_unclosed(opening, remedy);
      ++at_;
    }
    report_unclosed(opening, remedy);
  }

  bool matches_outer_bracket() const {
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      if (here().text == closer_of(open_[i]->kind)) return true;
    }
    return false;
  }

  // A closing bracket that stands further left than the line of its opening one probably belongs to
  // an outer group: then this group is the one that was forgotten, wherever the count runs out.
  void remember_if_misplaced(const Token& opening) {
    if (forgotten_ != nullptr || !here().first_on_line || here().at.file != opening.at.file) return;
    if (here().at.column < indentation_of(opening)) forgotten_ = &opening;
  }

  int indentation_of(const Token& token) const {
    const Token* first = &token;
    while (!first->first_on_line && first != tokens_.data()) --first;
    return first->at.column;
  }

  void never_closed(const Token& opening) {
    result_.whole = false;
    if (end_reported_) return;
    // One bracket too few leaves one group open at the end, but not always the one forgotten.
    end_reported_ = forgotten_ != nullptr;
    const Token& culprit = forgotten_ != nullptr ? *forgotten_ : opening;
    report_unclosed(culprit, "a '" + closer_of(culprit.kind) +
                                 "' is missing before the end, line " +
                                 std::to_string(tokens_[at_ - 1].at.line));
  }

  void report_unclosed(const Token& opening, const std::string& remedy) {
    const Token* name = &opening >= tokens_.data() + 2 ? &opening - 2 : nullptr;
    std::string what = opening.kind == TokenKind::open_group ? "group" : "list";
    if (name != nullptr && name->kind == TokenKind::name) what += " '" + name->text + "'";
    report_.error(opening.at, "the " + what + " opened here is never closed", remedy);
  }

  const std::vector<Token>& tokens_;
  Report& report_;
  ParseResult result_;
  std::size_t at_ = 0;
  std::vector<const Token*> open_;
  const Token* forgotten_ = nullptr;
  bool end_reported_;
};

}  // namespace

ParseResult parse(const LexResult& lexed, Report& report) { return Parser(lexed, report).run(); }

}  // namespace stickler::config
