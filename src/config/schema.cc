// SPDX-License-Identifier: MIT
#include "config/schema.h"

#include "base/units.h"
#include "config/quote.h"

namespace stickler::config {
namespace {

// A number of the row as its bounds and default are written.
std::string format_number(const Setting& setting, std::int64_t number) {
  if (setting.can_be_off && number == 0) return in_quotes("off");
  if (setting.form == Form::duration) return in_quotes(format_duration(Duration(number)));
  if (setting.form == Form::size) return in_quotes(format_size(static_cast<std::uint64_t>(number)));
  return std::to_string(number);
}

std::string_view word_for(const Setting& setting, std::int64_t value) {
  for (const Word& word : setting.words) {
    if (word.value == value) return word.text;
  }
  return {};
}

bool is_bare(std::string_view word) {
  return word == "true" || word == "false" || (word.front() >= '0' && word.front() <= '9');
}

std::string write_word(std::string_view word) {
  return is_bare(word) ? std::string(word) : in_quotes(word);
}

std::string describe_words(const Setting& setting) {
  std::string list;
  for (const Word& word : setting.words) {
    list += (list.empty() ? "" : ", ") + write_word(word.text);
  }
  return list;
}

struct DescribeValue {
  const Setting& setting;

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const {
    if (!setting.words.empty()) return write_word(word_for(setting, value));
    return format_number(setting, value);
  }
  std::string operator()(const std::string& value) const {
    return value.empty() ? "" : in_quotes(value);
  }
  std::string operator()(const std::vector<std::string>&) const { return ""; }
  std::string operator()(const std::vector<NameValue>&) const { return ""; }
};

using Visit = std::function<void(const std::string& pattern, const Setting& setting)>;

void visit_section(const Section& section, const std::string& pattern, const Visit& visit) {
  for (const Setting& setting : section.settings) {
    std::string inner = (pattern.empty() ? "" : pattern + ".") + std::string(setting.name);
    visit(inner, setting);
    if (setting.form == Form::named_groups) inner += ".NAME";
    if (setting.section != nullptr) visit_section(*setting.section, inner, visit);
  }
}

}  // namespace

void visit_settings(const Visit& visit) { visit_section(kFileSection, "", visit); }

const Setting* find_setting(const Section& section, std::string_view name) {
  for (const Setting& setting : section.settings) {
    if (setting.name == name || (!name.empty() && setting.other_name == name)) return &setting;
  }
  return nullptr;
}

std::string describe_bounds(const Setting& setting) {
  if (!setting.has_bounds()) return "";
  std::string least = setting.least == 0 ? (setting.form == Form::duration ? in_quotes("0s") : "0")
                                         : format_number(setting, setting.least);
  return least + " … " + format_number(setting, setting.most);
}

std::string describe_form(const Setting& setting) {
  std::string shape = setting.shape.empty() ? "text" : std::string(setting.shape);
  std::string off = setting.can_be_off ? " or \"off\"" : "";
  switch (setting.form) {
    case Form::boolean:
      return "true, false";
    case Form::integer:
      return "integer";
    case Form::duration:
      return "duration" + off;
    case Form::size:
      return "size" + off;
    case Form::word:
      return describe_words(setting);
    case Form::text:
      return shape;
    case Form::texts:
      return shape + ", one or a list";
    case Form::group:
      return "group";
    case Form::named_groups:
      return "groups by name";
    case Form::named_texts:
      return "NAME = \"text\"; …";
  }
  return "";
}

std::string describe_default(const Setting& setting, const void* defaults) {
  if (!setting.default_text.empty()) return std::string(setting.default_text);
  return describe_value(setting, defaults);
}

std::string describe_value(const Setting& setting, const void* object) {
  if (setting.fetch == nullptr) return "";
  return std::visit(DescribeValue{setting}, setting.fetch(object));
}

}  // namespace stickler::config
