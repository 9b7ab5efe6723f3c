// SPDX-License-Identifier: MIT
// Texts in the language of scdoc (scdoc(5)), from which man pages are made. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

namespace stickler::config {

// As it is: what scdoc would take for its own is escaped.
std::string scdoc_text(std::string_view text);

// The same in bold; nothing stays nothing.
std::string scdoc_bold(std::string_view text);

// Markdown as our sentences use it: code (which becomes bold), bold, links.
std::string scdoc_from_markdown(std::string_view markdown);

}  // namespace stickler::config
