// SPDX-License-Identifier: MIT
// What is wrong with a configuration, said so that it can be put right: the place, the line with a
// caret under it, and one remedy. The first line has the form of gcc's messages, so that editors
// jump to it. Knows nothing of what settings mean. Loading thread only.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/source.h"

namespace stickler::config {

enum class Severity { error, warning };

struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  int line = 0;    // 0: the file as a whole
  int column = 0;  // 0: the line as a whole
  int length = 0;
  std::string message;
  std::string remedy;  // may be empty
  std::string source;  // the line, as written
};

// Collects while a configuration is read and checked; nothing stops at the first finding.
class Report {
 public:
  explicit Report(const Sources& sources) : sources_(sources) {}

  void error(Span at, std::string message, std::string remedy = {});
  void warning(Span at, std::string message, std::string remedy = {});
  // About a file that could not be read at all.
  void error_in(std::string file, std::string message, std::string remedy = {});

  bool has_errors() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  // "server-pro.conf:12", for messages that mention a second place.
  std::string place(Span at) const;
  // Files in the order they were read, lines ascending, nothing twice.
  std::vector<Diagnostic> take_sorted();

 private:
  struct Entry {
    Span at;
    Diagnostic diagnostic;
  };
  void add(Severity severity, Span at, std::string message, std::string remedy);

  const Sources& sources_;
  std::vector<Entry> entries_;
  std::size_t errors_ = 0;
};

// One finding: its line, the source line, the caret with the remedy; each ends in a newline.
std::string render(const Diagnostic& diagnostic, bool colour);

// "4 errors, 2 warnings"; empty if there is nothing to count.
std::string count_findings(std::span<const Diagnostic> diagnostics);

// "1 error", "3 errors".
std::string counted(std::size_t number, const std::string& noun);

}  // namespace stickler::config
