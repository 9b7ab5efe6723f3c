// SPDX-License-Identifier: MIT
// What is read on a page of HTML.
#pragma once

#include <re2/re2.h>

#include <string>

namespace stickler::observe::test {

// Without style sheet, attributes and tags: a cell a word.
inline std::string words_of(std::string html) {
  RE2::GlobalReplace(&html, "(?s)<style>.*</style>", "");
  RE2::GlobalReplace(&html, "<[^>]*>", "|");
  RE2::GlobalReplace(&html, "[|\\n ]*\\|[|\\n ]*", "|");
  return html;
}

}  // namespace stickler::observe::test
