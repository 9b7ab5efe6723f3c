// SPDX-License-Identifier: MIT
// HTML as it is written piece by piece. Markup can only be a literal of ours; whatever is known at
// run time goes through the escapes. So no text from outside can become markup by mistake.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace stickler::observe {

// As an element's content, or as an attribute's value in quotes. Line feeds stay; what cannot be
// seen or is no UTF-8, and what turns the direction of writing, becomes visible: "\x1b", "\u202e".
std::string html_text(std::string_view text);

struct Markup {
  consteval Markup(const char* literal) : text(literal) {}
  std::string_view text;
};

class Html {
 public:
  Html& mark(Markup markup) {
    out_.append(markup.text);
    return *this;
  }
  Html& text(std::string_view text) {
    out_.append(html_text(text));
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace stickler::observe
