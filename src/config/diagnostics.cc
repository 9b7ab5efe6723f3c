// SPDX-License-Identifier: MIT
#include "config/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace stickler::config {
namespace {

struct Colours {
  const char* bold = "";
  const char* severity = "";
  const char* caret = "";
  const char* off = "";
};

Colours colours_for(Severity severity, bool colour) {
  if (!colour) return {};
  const char* severe = severity == Severity::error ? "\x1b[1;31m" : "\x1b[1;35m";
  return {.bold = "\x1b[1m", .severity = severe, .caret = "\x1b[1;32m", .off = "\x1b[0m"};
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// As wide as the text before the caret: tabs stay tabs, a character of several bytes is one column.
std::string blank_like(std::string_view text) {
  std::string blank;
  for (char c : text) {
    if (!continues_character(c)) blank += c == '\t' ? '\t' : ' ';
  }
  return blank;
}

std::string underline(const Diagnostic& diagnostic) {
  std::string_view source = diagnostic.source;
  std::size_t from = std::min(static_cast<std::size_t>(diagnostic.column - 1), source.size());
  std::string_view marked = source.substr(from, static_cast<std::size_t>(diagnostic.length));
  std::size_t width = blank_like(marked).size();
  return blank_like(source.substr(0, from)) + '^' + std::string(width > 1 ? width - 1 : 0, '~');
}

std::string margin(const std::string& text) {
  return std::string(text.size() < 5 ? 5 - text.size() : 0, ' ') + text + " | ";
}

}  // namespace

void Report::error(Span at, std::string message, std::string remedy) {
  add(Severity::error, at, std::move(message), std::move(remedy));
}

void Report::warning(Span at, std::string message, std::string remedy) {
  add(Severity::warning, at, std::move(message), std::move(remedy));
}

void Report::error_in(std::string file, std::string message, std::string remedy) {
  Diagnostic diagnostic;
  diagnostic.file = std::move(file);
  diagnostic.message = std::move(message);
  diagnostic.remedy = std::move(remedy);
  entries_.push_back({.at = {}, .diagnostic = std::move(diagnostic)});
  ++errors_;
}

void Report::add(Severity severity, Span at, std::string message, std::string remedy) {
  if (severity == Severity::error) ++errors_;
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  if (at.file >= 0) {
    diagnostic.file = sources_.name(at.file);
    diagnostic.line = at.line;
    diagnostic.column = at.column;
    diagnostic.length = at.length;
    diagnostic.source = sources_.line(at.file, at.line);
  }
  diagnostic.message = std::move(message);
  diagnostic.remedy = std::move(remedy);
  entries_.push_back({.at = at, .diagnostic = std::move(diagnostic)});
}

std::string Report::place(Span at) const {
  return sources_.name(at.file) + ":" + std::to_string(at.line);
}

std::vector<Diagnostic> Report::take_sorted() {
  auto key = [](const Entry& entry) {
    return std::tuple(entry.at.file, entry.at.line, entry.at.column, entry.diagnostic.message);
  };
  std::ranges::sort(entries_, {}, key);
  auto repeated = std::ranges::unique(entries_, {}, key);
  entries_.erase(repeated.begin(), repeated.end());
  std::vector<Diagnostic> sorted;
  for (Entry& entry : entries_) sorted.push_back(std::move(entry.diagnostic));
  entries_.clear();
  return sorted;
}

std::string render(const Diagnostic& diagnostic, bool colour) {
  const Colours colours = colours_for(diagnostic.severity, colour);
  std::string text = colours.bold + diagnostic.file;
  if (diagnostic.line > 0) text += ":" + std::to_string(diagnostic.line);
  if (!text.empty()) text += ": ";
  text += std::string(colours.severity) +
          (diagnostic.severity == Severity::error ? "error: " : "warning: ") + colours.off +
          diagnostic.message + "\n";
  std::string remedy = diagnostic.remedy.empty() ? "" : "  " + diagnostic.remedy;
  if (diagnostic.line == 0 || diagnostic.column == 0) {
    return diagnostic.remedy.empty() ? text : text + margin("") + diagnostic.remedy + "\n";
  }
  text += margin(std::to_string(diagnostic.line)) + diagnostic.source + "\n";
  return text + margin("") + colours.caret + underline(diagnostic) + colours.off + remedy + "\n";
}

std::string counted(std::size_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string count_findings(std::span<const Diagnostic> diagnostics) {
  auto errors = static_cast<std::size_t>(
      std::ranges::count(diagnostics, Severity::error, &Diagnostic::severity));
  std::size_t warnings = diagnostics.size() - errors;
  std::string text = errors > 0 ? counted(errors, "error") : "";
  if (errors > 0 && warnings > 0) text += ", ";
  return warnings > 0 ? text + counted(warnings, "warning") : text;
}

}  // namespace stickler::config
