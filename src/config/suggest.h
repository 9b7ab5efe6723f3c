// SPDX-License-Identifier: MIT
// What somebody probably meant: near misses, and the words that HAProxy, nginx and others have for
// the same thing. Pure.
#pragma once

#include <span>
#include <string_view>

namespace stickler::config {

// The known word nearest to `word`, or empty if none is near enough.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

struct Foreign {
  std::string_view word;    // "crt"; of several words, with single spaces: "timeout client"
  std::string_view ours;    // where it is set here: "listeners.NAME.tls.certificates"; else empty
  std::string_view advice;  // for what has no setting here; else empty
};

// Every word known from elsewhere.
std::span<const Foreign> foreign_words();

// What `word` is called here, or null. '-', '_' and ' ' are the same, case does not matter.
const Foreign* find_foreign(std::string_view word);

}  // namespace stickler::config
