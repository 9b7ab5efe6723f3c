// SPDX-License-Identifier: MIT
#include "config/reference.h"

#include <string_view>
#include <vector>

#include "base/strings.h"
#include "config/chapters.h"

namespace stickler::config {
namespace {

constexpr std::string_view kHeading = R"(# Configuration

<!-- Printed by `stickler reference`. Edit the rows in src/config/schema_*.cc instead. -->

)";

std::string code(std::string_view text) {
  return text.empty() ? "" : "`" + std::string(text) + "`";
}

// A bar would end the cell.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) {
    text.insert(at, 1, '\\');
  }
  return text;
}

std::string sentence_of(const Setting& setting) {
  std::string text(setting.sentence);
  if (!setting.other_name.empty()) text += " Also written " + code(setting.other_name) + ".";
  if (!setting.not_yet.empty()) text += " *" + std::string(setting.not_yet) + ".*";
  return text;
}

// As GitHub names the headings of a page.
std::string anchor_of(const std::string& title) {
  std::string anchor = "#";
  for (char c : title) {
    if (c != '.') anchor += to_lower(c);
  }
  return anchor;
}

// Groups lead to their chapter.
std::string linked_value_of(const Setting& setting, const std::vector<Chapter>& chapters) {
  const Chapter* chapter = chapter_of(setting, chapters);
  if (chapter == nullptr) return value_of(setting);
  return "[" + value_of(setting) + "](" + anchor_of(title_of(*chapter)) + ")";
}

std::string table_of(const Section& section, const std::vector<Chapter>& chapters) {
  std::string table =
      "| setting | value | default | HAProxy | what it does |\n|---|---|---|---|---|\n";
  for (const Setting& setting : section.settings) {
    table += "|";
    for (const std::string& text :
         {code(setting.name), linked_value_of(setting, chapters), default_of(setting, section),
          code(setting.haproxy), sentence_of(setting)}) {
      table += (text.empty() ? "" : " " + cell(text)) + " |";
    }
    table += "\n";
  }
  return table;
}

std::string markdown_of(const Chapter& chapter, const std::vector<Chapter>& chapters) {
  std::string text = "\n## " + code(title_of(chapter)) + "\n\n";
  text += std::string(chapter.section->sentence);
  for (std::size_t i = 1; i < chapter.patterns.size(); ++i) {
    text += (i == 1 ? " The same group stands in " : ", ") + code(chapter.patterns[i]);
  }
  if (chapter.patterns.size() > 1) text += ".";
  return text + "\n\n" + table_of(*chapter.section, chapters);
}

}  // namespace

std::string configuration_reference() {
  const std::vector<Chapter> all = chapters();
  std::string text(kHeading);
  text += std::string(kLanguage) + "\n## The file\n\n" + table_of(kFileSection, all);
  for (const Chapter& chapter : all) text += markdown_of(chapter, all);
  return text;
}

}  // namespace stickler::config
