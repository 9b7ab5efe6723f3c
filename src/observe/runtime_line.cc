// SPDX-License-Identifier: MIT
#include "observe/runtime_line.h"

#include <utility>

namespace stickler::observe {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Collects words, and words into commands.
class Splitter {
 public:
  void character(char c) {
    word_ += c;
    in_word_ = true;
  }
  void end_word() {
    if (in_word_) command_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }
  void end_command() {
    end_word();
    if (!command_.empty()) commands_.push_back(std::move(command_));
    command_.clear();
  }
  std::vector<Words> take() {
    end_command();
    return std::move(commands_);
  }

 private:
  std::string word_;
  bool in_word_ = false;
  Words command_;
  std::vector<Words> commands_;
};

}  // namespace

std::vector<Words> split_line(std::string_view line) {
  Splitter splitter;
  for (std::size_t at = 0; at < line.size(); ++at) {
    char c = line[at];
    if (c == '\\' && at + 1 < line.size()) {
      splitter.character(line[++at]);
    } else if (c == ';') {
      splitter.end_command();
    } else if (is_blank(c)) {
      splitter.end_word();
    } else {
      splitter.character(c);
    }
  }
  return splitter.take();
}

}  // namespace stickler::observe
