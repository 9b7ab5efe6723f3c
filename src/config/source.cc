// SPDX-License-Identifier: MIT
#include "config/source.h"

namespace stickler::config {

int Sources::add(std::string name, std::string text) {
  File file{.name = std::move(name), .text = std::move(text), .line_starts = {0}};
  for (std::size_t at = 0; at < file.text.size(); ++at) {
    if (file.text[at] == '\n') file.line_starts.push_back(at + 1);
  }
  files_.push_back(std::move(file));
  return static_cast<int>(files_.size()) - 1;
}

std::string_view Sources::line(int file, int line) const {
  const File& source = at(file);
  std::size_t index = static_cast<std::size_t>(line) - 1;
  if (line < 1 || index >= source.line_starts.size()) return {};
  std::string_view text = std::string_view(source.text).substr(source.line_starts[index]);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace stickler::config
