// SPDX-License-Identifier: MIT
#include "haproxy/draft.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/strings.h"
#include "base/units.h"
#include "config/values.h"

namespace stickler::haproxy {
namespace {

using config::Node;

// What the loader replaces in every text. There is no way to write it literally.
constexpr std::string_view kOurVariable = "${env.";

bool holds_our_variable(const Node& node) {
  if (node.kind == Node::Kind::string) return node.text.find(kOurVariable) != std::string::npos;
  return std::ranges::any_of(node.children, holds_our_variable);
}

}  // namespace

Node text_value(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.text = std::move(text);
  return node;
}

Node texts_value(const std::vector<std::string>& texts) {
  if (texts.size() == 1) return text_value(texts.front());
  Node node;
  node.kind = Node::Kind::list;
  for (const std::string& text : texts) node.children.push_back(text_value(text));
  return node;
}

Node number_value(std::int64_t number) {
  Node node;
  node.kind = Node::Kind::integer;
  node.integer = number;
  node.text = std::to_string(number);
  return node;
}

Node flag_value(bool flag) {
  Node node;
  node.kind = Node::Kind::boolean;
  node.boolean = flag;
  node.text = flag ? "true" : "false";
  return node;
}

Node duration_value(Duration duration) {
  return text_value(duration == kNoLimit ? "off" : format_duration(duration));
}

bool is_setting_name(std::string_view name) {
  auto is_letter = [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; };
  auto fits = [&](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; };
  bool reserved = equals_ignoring_case(name, "true") || equals_ignoring_case(name, "false");
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, fits) && !reserved;
}

Draft::Draft(Ledger& ledger) : ledger_(ledger), section_(&config::kFileSection) {}

Draft::Draft(Ledger& ledger, const config::Setting& setting, const config::Section* section,
             std::string path)
    : ledger_(ledger), setting_(&setting), section_(section), path_(std::move(path)) {}

bool Draft::set(std::string_view name, Node value, const Lines& from) {
  ASSERT(section_ != nullptr);
  const config::Setting* setting = config::find_setting(*section_, name);
  ASSERT(setting != nullptr);
  if (!judge(*setting, value, from)) return false;
  add(name, std::move(value), from);
  return true;
}

void Draft::set_all(const Settings& settings) {
  ASSERT(section_ != nullptr);
  for (const config::Setting& setting : section_->settings) {
    auto said = settings.find(setting.name);
    if (said != settings.end()) set(setting.name, said->second.value, said->second.from);
  }
}

Draft& Draft::group(std::string_view name) {
  ASSERT(section_ != nullptr);
  if (const Entry* entry = find(name)) return *entry->group;
  const config::Setting* setting = config::find_setting(*section_, name);
  ASSERT(setting != nullptr);
  bool free_names = setting->form != config::Form::group;
  return add_group(std::string(name), *setting, free_names ? nullptr : setting->section);
}

Draft& Draft::element(const std::string& name) {
  ASSERT(section_ == nullptr && setting_->section != nullptr);
  if (const Entry* entry = find(name)) return *entry->group;
  return add_group(name, *setting_, setting_->section);
}

bool Draft::set_text(const std::string& name, const std::string& text, const Lines& from) {
  ASSERT(section_ == nullptr && setting_->form == config::Form::named_texts);
  if (!is_setting_name(name)) {
    if (!from.empty())
      ledger_.cannot(*from.back(), "'" + name +
                                       "' cannot be a setting's name; "
                                       "names are of letters, digits, '-' and '_'");
    return false;
  }
  if (find(name) != nullptr) {
    if (!from.empty())
      ledger_.cannot(*from.back(), path_ + " already holds '" + name +
                                       "', and a "
                                       "name stands once in a group");
    return false;
  }
  Node value = text_value(text);
  value.name = name;
  Node pair;
  pair.kind = Node::Kind::group;
  pair.children.push_back(value);
  if (!judge(*setting_, pair, from)) return false;
  add(name, std::move(value), from);
  return true;
}

void Draft::comes_from(const Lines& lines) {
  for (const Line* line : lines) {
    if (std::ranges::find(from_, line) == from_.end()) from_.push_back(line);
    ledger_.translated(*line);
  }
}

Draft& Draft::add_group(const std::string& name, const config::Setting& setting,
                        const config::Section* section) {
  std::string path = path_.empty() ? name : path_ + "." + name;
  auto made = std::make_unique<Draft>(ledger_, setting, section, std::move(path));
  Draft& group = *made;
  group.blamed_ = from_.empty() ? blamed_ : from_;
  entries_.push_back({.name = name, .value = {}, .group = std::move(made), .from = {}});
  return group;
}

bool Draft::judge(const config::Setting& setting, const Node& value, const Lines& from) {
  const std::string name(setting.name);
  const std::string path =
      section_ == nullptr ? path_ : (path_.empty() ? name : path_ + "." + name);
  config::Sources sources;
  config::Report report(sources);
  bool good = config::read_value(setting, value, path, report).has_value();
  std::string why;
  for (const config::Diagnostic& finding : report.take_sorted()) {
    why = finding.message + (finding.remedy.empty() ? "" : "; " + finding.remedy);
  }
  if (good && holds_our_variable(value)) {
    good = false;
    why = "Stickler would read ${env.…} as a variable of the environment; leave it out";
  }
  const Lines& blamed = !from.empty() ? from : from_.empty() ? blamed_ : from_;
  if (!good && !blamed.empty()) ledger_.cannot(*blamed.back(), why);
  return good;
}

void Draft::add(std::string_view name, Node value, const Lines& from) {
  if (find(name) != nullptr) return;
  entries_.push_back(
      {.name = std::string(name), .value = std::move(value), .group = nullptr, .from = from});
  for (const Line* line : from) ledger_.translated(*line);
}

const Draft::Entry* Draft::find(std::string_view name) const {
  auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace stickler::haproxy
