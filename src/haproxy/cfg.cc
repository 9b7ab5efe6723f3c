// SPDX-License-Identifier: MIT
#include "haproxy/cfg.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace stickler::haproxy {
namespace {

using SectionKind = Section::Kind;

constexpr std::array<std::pair<std::string_view, SectionKind>, 19> kSections{{
    {"global", SectionKind::global},     {"defaults", SectionKind::defaults},
    {"frontend", SectionKind::frontend}, {"backend", SectionKind::backend},
    {"listen", SectionKind::listen},     {"peers", SectionKind::other},
    {"resolvers", SectionKind::other},   {"userlist", SectionKind::other},
    {"mailers", SectionKind::other},     {"cache", SectionKind::other},
    {"program", SectionKind::other},     {"ring", SectionKind::other},
    {"http-errors", SectionKind::other}, {"fcgi-app", SectionKind::other},
    {"log-forward", SectionKind::other}, {"log-profile", SectionKind::other},
    {"crt-store", SectionKind::other},   {"traces", SectionKind::other},
    {"acme", SectionKind::other},
}};

std::optional<SectionKind> section_kind(std::string_view word) {
  for (auto [keyword, kind] : kSections) {
    if (keyword == word) return kind;
  }
  return std::nullopt;
}

class SectionReader {
 public:
  Cfg run(const std::deque<Line>& lines) {
    for (const Line& line : lines) take(line);
    return std::move(cfg_);
  }

 private:
  void take(const Line& line) {
    std::string_view word = line.word(0);
    if (word == ".if") ++open_conditions_;
    if (open_conditions_ > 0) {
      cfg_.conditional.push_back(&line);
      if (word == ".endif") --open_conditions_;
    } else if (auto kind = section_kind(word)) {
      begin(line, *kind);
    } else if (cfg_.sections.empty()) {
      cfg_.outside.push_back(&line);
    } else {
      cfg_.sections.back().lines.push_back(&line);
    }
  }

  // "defaults [NAME] [from OTHER]", "listen NAME [from OTHER]".
  void begin(const Line& line, SectionKind kind) {
    const Section* last = last_defaults();
    Section& section = cfg_.sections.emplace_back();
    section.kind = kind;
    section.header = &line;
    bool named = line.words.size() > 1 && line.word(1) != "from";
    if (named) section.name = line.word(1);
    std::size_t from = named ? 2 : 1;
    if (line.word(from) == "from") {
      section.defaults = find_defaults(line.word(from + 1));
      if (section.defaults == nullptr) section.missing_defaults = line.word(from + 1);
    } else if (section.is_proxy()) {
      section.defaults = last;
    }
  }

  const Section* last_defaults() const {
    auto found = std::find_if(cfg_.sections.rbegin(), cfg_.sections.rend(),
                              [](const Section& s) { return s.kind == SectionKind::defaults; });
    return found == cfg_.sections.rend() ? nullptr : &*found;
  }

  // The section that is being begun does not count.
  const Section* find_defaults(std::string_view name) const {
    for (auto section = cfg_.sections.rbegin() + 1; section != cfg_.sections.rend(); ++section) {
      if (section->kind == SectionKind::defaults && section->name == name) return &*section;
    }
    return nullptr;
  }

  Cfg cfg_;
  int open_conditions_ = 0;
};

}  // namespace

Cfg read_sections(const std::deque<Line>& lines) { return SectionReader().run(lines); }

Lines inherited_lines(const Section& section) {
  std::vector<const Section*> ancestors;
  for (const Section* above = section.defaults; above != nullptr; above = above->defaults) {
    ancestors.push_back(above);
  }
  Lines lines;
  for (auto above = ancestors.rbegin(); above != ancestors.rend(); ++above) {
    lines.insert(lines.end(), (*above)->lines.begin(), (*above)->lines.end());
  }
  return lines;
}

}  // namespace stickler::haproxy
