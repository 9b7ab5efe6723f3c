// SPDX-License-Identifier: MIT
#include "config/values.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "base/units.h"
#include "config/forms.h"
#include "config/quote.h"
#include "config/suggest.h"

namespace stickler::config {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

// The value as it is written, for messages.
std::string as_written(const Node& node) {
  return node.kind == Node::Kind::string ? in_quotes(node.text) : node.text;
}

class ValueReader {
 public:
  ValueReader(const Setting& setting, const Node& node, const std::string& path, Report& report)
      : setting_(setting), node_(node), path_(path), report_(report) {}

  std::optional<Value> read() {
    if (node_.kind == Node::Kind::invalid) return std::nullopt;
    switch (setting_.form) {
      case Form::boolean:
        return read_boolean();
      case Form::integer:
        return read_integer();
      case Form::duration:
        return read_duration();
      case Form::size:
        return read_size();
      case Form::word:
        return read_word();
      case Form::text:
        return read_text(node_, path_);
      case Form::texts:
        return read_texts();
      case Form::named_texts:
        return read_named_texts();
      default:
        return std::nullopt;
    }
  }

  std::nullopt_t wrong_form() {
    report_.error(node_.at, path_ + " must be " + wanted(), wrong_form_remedy());
    return std::nullopt;
  }

 private:
  std::nullopt_t refuse(const std::string& message, const std::string& remedy) {
    report_.error(node_.at, message, remedy);
    return std::nullopt;
  }

  std::string wanted() const {
    switch (setting_.form) {
      case Form::boolean:
        return "true or false";
      case Form::integer:
        return "an integer";
      case Form::duration:
        return "a duration in quotes";
      case Form::size:
        return "a size in quotes";
      case Form::word:
        return "one of " + describe_form(setting_);
      case Form::text:
        return "a text in quotes";
      case Form::texts:
        return "a text in quotes or a list of them";
      default:
        return "a group";
    }
  }

  std::string wrong_form_remedy() const {
    const std::string name(setting_.name);
    bool plain = node_.kind != Node::Kind::group && node_.kind != Node::Kind::list;
    switch (setting_.form) {
      case Form::boolean:
        return boolean_remedy();
      case Form::integer:
        return is_number(node_.text) ? "write " + node_.text : "";
      case Form::duration:
        return "write \"10s\", for example";
      case Form::size:
        return "write \"50m\", for example";
      case Form::text:
      case Form::texts:
        return plain ? "write " + in_quotes(node_.text) : "";
      case Form::named_groups:
      case Form::named_texts:
        return "write " + name + " = { NAME = …; };";
      case Form::group:
        return "write " + name + " = { … };";
      default:
        return "";
    }
  }

  std::string boolean_remedy() const {
    constexpr std::array<std::string_view, 5> kYes{"true", "on", "yes", "1", "enabled"};
    constexpr std::array<std::string_view, 5> kNo{"false", "off", "no", "0", "disabled"};
    std::string word = lower_case(node_.text);
    if (std::ranges::find(kYes, word) != kYes.end()) return "write true";
    return std::ranges::find(kNo, word) != kNo.end() ? "write false" : "";
  }

  std::optional<Value> read_boolean() {
    if (node_.kind != Node::Kind::boolean) return wrong_form();
    return node_.boolean;
  }

  std::optional<Value> read_integer() {
    if (node_.kind != Node::Kind::integer) return wrong_form();
    return within_bounds(node_.integer);
  }

  std::optional<Value> read_duration() {
    if (is_off()) return std::int64_t{0};
    if (node_.kind == Node::Kind::integer || is_number(node_.text)) {
      const std::string& n = node_.text;
      return refuse(path_ + " = " + as_written(node_) + " has no unit",
                    "write \"" + n + "m\", \"" + n + "s\" or \"" + n +
                        "ms\" (HAProxy would take milliseconds, nginx seconds)");
    }
    if (node_.kind != Node::Kind::string) return wrong_form();
    auto duration = parse_duration(node_.text);
    if (!duration) {
      return refuse(
          path_ + " = " + as_written(node_) + " is no duration",
          "write one number and one unit: us, ms, s, m, h or d, as in \"90s\"" + or_off());
    }
    return within_bounds(duration->count());
  }

  std::optional<Value> read_size() {
    if (is_off()) return std::int64_t{0};
    if (node_.kind == Node::Kind::integer) {
      return refuse(path_ + " = " + node_.text + " has no unit",
                    "write " + in_quotes(round_size()) + "; k, m and g are powers of 1024");
    }
    if (node_.kind != Node::Kind::string) return wrong_form();
    auto size = parse_size(node_.text);
    if (!size) {
      return refuse(path_ + " = " + as_written(node_) + " is no size",
                    "write one number with k, m or g, as in \"50m\"" + or_off());
    }
    return within_bounds(static_cast<std::int64_t>(*size));
  }

  std::string round_size() const {
    return node_.integer > 0 ? format_size(static_cast<std::uint64_t>(node_.integer)) : "50m";
  }

  bool is_off() const {
    return setting_.can_be_off && node_.kind == Node::Kind::string && node_.text == "off";
  }
  std::string or_off() const { return setting_.can_be_off ? ", or \"off\"" : ""; }

  std::optional<Value> within_bounds(std::int64_t number) {
    if (!setting_.has_bounds()) return number;
    if (number >= setting_.least && number <= setting_.most) return number;
    return refuse(path_ + " = " + as_written(node_) + " is too " +
                      (number < setting_.least ? "small" : "large"),
                  "it is " + describe_bounds(setting_) + or_off());
  }

  std::optional<Value> read_word() {
    bool plain = node_.kind == Node::Kind::string || node_.kind == Node::Kind::boolean ||
                 node_.kind == Node::Kind::integer;
    if (!plain) return wrong_form();
    std::vector<std::string_view> known;
    for (const Word& word : setting_.words) {
      if (equals_ignoring_case(word.text, node_.text)) return word.value;
      known.push_back(word.text);
    }
    std::string remedy(setting_.not_yet);
    if (auto near = nearest(node_.text, known); !near.empty()) {
      remedy = "did you mean " + in_quotes(near) + "?";
    }
    std::string choice =
        (known.size() == 1 ? " is not " : " is none of ") + describe_form(setting_);
    return refuse(path_ + " = " + as_written(node_) + choice, remedy);
  }

  std::optional<Value> read_texts() {
    std::vector<std::string> texts;
    bool complete = true;
    auto add = [&](const Node& element) {
      auto text = read_text(element, path_);
      complete &= text.has_value();
      if (text) texts.push_back(std::move(std::get<std::string>(*text)));
    };
    if (node_.kind == Node::Kind::list) {
      std::ranges::for_each(node_.children, add);
    } else {
      add(node_);
    }
    if (complete) return texts;
    return std::nullopt;
  }

  std::optional<Value> read_named_texts() {
    if (node_.kind != Node::Kind::group) return wrong_form();
    std::vector<NameValue> pairs;
    bool complete = true;
    for (const Node& child : node_.children) {
      std::string child_path = path_ + "." + child.name;
      if (setting_.check_name != nullptr) {
        complete &= passes(setting_.check_name, child.name, child.name_at, path_);
      }
      auto text = read_text(child, child_path);
      complete &= text.has_value();
      if (text) pairs.emplace_back(child.name, std::get<std::string>(*text));
    }
    if (complete) return pairs;
    return std::nullopt;
  }

  std::optional<Value> read_text(const Node& node, const std::string& path) {
    if (node.kind == Node::Kind::invalid) return std::nullopt;
    if (node.kind != Node::Kind::string && !is_status(node)) {
      return ValueReader(setting_, node, path, report_).wrong_form();
    }
    if (!has_fitting_characters(node.text)) {
      report_.error(node.at, path + " holds a control character",
                    "a backslash in it is written \\\\");
      return std::nullopt;
    }
    if (setting_.check != nullptr && !passes(setting_.check, node.text, node.at, path)) {
      return std::nullopt;
    }
    return node.text;
  }

  // A status needs no quotes.
  bool is_status(const Node& node) const {
    return node.kind == Node::Kind::integer && setting_.check == check_statuses;
  }

  bool has_fitting_characters(std::string_view text) const {
    return std::ranges::none_of(text, [this](char c) {
      bool line_end = c == '\n' || c == '\r' || c == '\t';
      return (static_cast<unsigned char>(c) < 0x20 && !(line_end && setting_.many_lines)) ||
             c == 0x7F;
    });
  }

  bool passes(TextCheck check, std::string_view text, Span at, const std::string& path) {
    auto complaint = check(text);
    if (complaint) report_.error(at, path + ": " + complaint->what, complaint->remedy);
    return !complaint;
  }

  const Setting& setting_;
  const Node& node_;
  const std::string& path_;
  Report& report_;
};

}  // namespace

std::optional<Value> read_value(const Setting& setting, const Node& node, const std::string& path,
                                Report& report) {
  return ValueReader(setting, node, path, report).read();
}

void report_wrong_form(const Setting& setting, const Node& node, const std::string& path,
                       Report& report) {
  ValueReader(setting, node, path, report).wrong_form();
}

}  // namespace stickler::config
