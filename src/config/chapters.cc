// SPDX-License-Identifier: MIT
#include "config/chapters.h"

#include <algorithm>

namespace stickler::config {
namespace {

auto depth(const std::string& pattern) { return std::ranges::count(pattern, '.'); }

}  // namespace

const std::string_view kLanguage =
    R"(The file is written in [libconfig](https://hyperrealm.github.io/libconfig/)'s language. What
has a name is a group of that name; its place in the file is its precedence.

- A setting is `name = value;`. The `;` may be left out, also behind a `}`.
- Texts stand in double quotes; neighbours are joined. `\"`, `\\`, `\n`, `\r`, `\t` and `\x41` are
  escapes. `"${env.NAME}"` stands for a variable of the environment, which must be set.
- A **duration** is a text of one number and one unit: `us`, `ms`, `s`, `m`, `h` or `d`, as in
  `"90s"`. A **size** is a text of one number and `k`, `m` or `g`, powers of 1024, as in `"50m"`.
- Where several values make sense, one text or a list of them may stand: `":80"` or
  `[ ":80", "[::1]:8080" ]`.
- `#` and `//` start a comment up to the end of the line; `/*` and `*/` enclose one.
- `@include "file"` reads another file in its place, relative to the one it stands in. `-f` may be
  given several times, and may name a folder, of which every `*.conf` is read.

`stickler check -f FILE` reports everything that is wrong with a file in one go.
)";

std::vector<Chapter> chapters() {
  std::vector<Chapter> chapters;
  visit_settings([&](const std::string& pattern, const Setting& setting) {
    if (setting.section == nullptr) return;
    std::string place = setting.form == Form::named_groups ? pattern + ".NAME" : pattern;
    auto known = std::ranges::find(chapters, setting.section, &Chapter::section);
    if (known == chapters.end()) {
      chapters.push_back({.section = setting.section, .patterns = {place}});
    } else {
      known->patterns.push_back(place);
    }
  });
  for (Chapter& chapter : chapters) {
    auto outermost = std::ranges::min_element(chapter.patterns, {}, depth);
    std::rotate(chapter.patterns.begin(), outermost, outermost + 1);
  }
  return chapters;
}

const Chapter* chapter_of(const Setting& setting, const std::vector<Chapter>& chapters) {
  if (setting.section == nullptr) return nullptr;
  auto found = std::ranges::find(chapters, setting.section, &Chapter::section);
  return found == chapters.end() ? nullptr : &*found;
}

std::string value_of(const Setting& setting) {
  std::string value = describe_form(setting);
  if (std::string bounds = describe_bounds(setting); !bounds.empty()) value += "; " + bounds;
  return value;
}

std::string default_of(const Setting& setting, const Section& section) {
  return setting.example.empty() ? describe_default(setting, section.defaults()) : "must be set";
}

}  // namespace stickler::config
