// SPDX-License-Identifier: MIT
// The schema as a document: its sections as chapters, and the introduction to the file's language.
// Both references, the page and the man page, are written from these. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/schema.h"

namespace stickler::config {

// The file's language, in Markdown: paragraphs, lists, code, bold, links.
extern const std::string_view kLanguage;

struct Chapter {
  const Section* section;
  std::vector<std::string> patterns;  // where it can stand: "listeners.NAME.tls"; outermost first
};

// All sections below the file, in its order; one that stands at several places is one chapter.
std::vector<Chapter> chapters();

// The place it is mostly looked for at names the chapter: the outermost.
inline const std::string& title_of(const Chapter& chapter) { return chapter.patterns.front(); }

// The chapter of a setting that is a group, or null.
const Chapter* chapter_of(const Setting& setting, const std::vector<Chapter>& chapters);

// "duration; \"1ms\" … \"1h\"": how the value is written, and within which bounds.
std::string value_of(const Setting& setting);

// "must be set", or the default, or nothing.
std::string default_of(const Setting& setting, const Section& section);

}  // namespace stickler::config
