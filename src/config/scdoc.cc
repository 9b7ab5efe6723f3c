// SPDX-License-Identifier: MIT
#include "config/scdoc.h"

#include <algorithm>

namespace stickler::config {
namespace {

// Up to the first `end`, which is taken off, too; all of it if there is none.
std::string_view take_until(std::string_view& text, std::string_view end) {
  std::size_t at = std::min(text.find(end), text.size());
  std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return taken;
}

bool is_link(std::string_view markdown) {
  return markdown.starts_with('[') &&
         markdown.substr(0, markdown.find(')')).find("](") == markdown.find(']');
}

}  // namespace

std::string scdoc_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\\' || c == '*' || c == '_' || c == '+' || c == '<' || c == '~') result += '\\';
    result += c;
  }
  return result;
}

std::string scdoc_bold(std::string_view text) {
  return text.empty() ? "" : "*" + scdoc_text(text) + "*";
}

std::string scdoc_from_markdown(std::string_view markdown) {
  std::string result;
  while (!markdown.empty()) {
    std::size_t special = std::min(markdown.find_first_of("`*["), markdown.size());
    result += scdoc_text(markdown.substr(0, special));
    markdown.remove_prefix(special);
    if (markdown.starts_with("**")) {
      markdown.remove_prefix(2);
      result += scdoc_bold(take_until(markdown, "**"));
    } else if (markdown.starts_with('`')) {
      markdown.remove_prefix(1);
      result += scdoc_bold(take_until(markdown, "`"));
    } else if (is_link(markdown)) {
      markdown.remove_prefix(1);
      result += scdoc_text(take_until(markdown, "]("));
      result += " (" + scdoc_text(take_until(markdown, ")")) + ")";
    } else if (!markdown.empty()) {
      result += scdoc_text(markdown.substr(0, 1));
      markdown.remove_prefix(1);
    }
  }
  return result;
}

}  // namespace stickler::config
