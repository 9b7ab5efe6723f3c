// SPDX-License-Identifier: MIT
// The texts a configuration is read from, and places in them. Everything that is read keeps its
// place, so that each later message can point at it. Loading thread only.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::config {

// A stretch of one line. Lines and columns count from 1, columns and lengths in bytes.
struct Span {
  int file = -1;  // index into Sources; -1: nowhere
  int line = 0;
  int column = 0;
  int length = 0;
};

class Sources {
 public:
  // `name` is what messages call the file.
  int add(std::string name, std::string text);

  const std::string& name(int file) const { return at(file).name; }
  const std::string& text(int file) const { return at(file).text; }
  // Without its end; empty beyond the last one.
  std::string_view line(int file, int line) const;

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<std::size_t> line_starts;
  };
  const File& at(int file) const { return files_[static_cast<std::size_t>(file)]; }

  std::deque<File> files_;  // a deque: views of a text stay good while others are added
};

}  // namespace stickler::config
