// SPDX-License-Identifier: MIT
#include "app/command_import.h"

#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/result.h"
#include "config/diagnostics.h"
#include "haproxy/translate.h"

namespace stickler::app {
namespace {

constexpr int kWhole = 0;
constexpr int kInPart = 1;
constexpr int kNotAtAll = 2;

constexpr std::size_t kLargestFile = std::size_t{4} << 20;

std::string last_error() { return std::generic_category().message(errno); }

Result<std::string, std::string> read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return Failed{std::string("it is a folder")};
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return Failed{last_error()};
  std::string text;
  std::array<char, 16384> piece;
  while (text.size() <= kLargestFile) {
    std::size_t count = std::fread(piece.data(), 1, piece.size(), file);
    text.append(piece.data(), count);
    if (count < piece.size()) break;
  }
  bool broken = std::ferror(file) != 0;
  std::string why = broken ? last_error() : "it is larger than 4m";
  std::fclose(file);
  if (broken || text.size() > kLargestFile) return Failed{why};
  return text;
}

// What went wrong; nothing if the whole text is in the file. It may quote the original's lines, so
// nobody else may read it.
std::optional<std::string> write_file(const ImportOptions& options, std::string_view text) {
  int replace = options.force ? O_TRUNC : O_EXCL;
  int descriptor = ::open(options.output.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | replace, 0640);
  if (descriptor < 0 && errno == EEXIST) return "it exists; --force replaces it";
  if (descriptor < 0) return last_error();
  while (!text.empty()) {
    ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  std::string why = text.empty() ? "" : last_error();
  if (::close(descriptor) != 0 && why.empty()) why = last_error();
  return why.empty() ? std::nullopt : std::optional(why);
}

int refuse_file(const std::string& file, const std::string& why) {
  std::fprintf(stderr, "stickler: %s: %s\n", file.c_str(), why.c_str());
  return kNotAtAll;
}

void tell(const std::string& file, const haproxy::Finding& finding) {
  std::string place = finding.line == 0 ? file : file + ":" + std::to_string(finding.line);
  std::string part = finding.part.empty() ? "" : "cannot translate '" + finding.part + "': ";
  std::fprintf(stderr, "%s: %s%s\n", place.c_str(), part.c_str(), finding.why.c_str());
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

void add_import_options(CLI::App& command, ImportOptions& options) {
  command.add_option("file", options.file, "The haproxy.cfg")->required();
  auto* output = command.add_option("-o,--output", options.output,
                                    "Write the configuration there; else to standard output");
  command.add_flag("--force", options.force, "Replace that file if it exists")->needs(output);
  command.footer(
      "What cannot be translated is named on standard error, with its line and what to do "
      "instead.\nExit code: 0 translated whole, 1 in part, 2 not at all.");
}

int command_import(const ImportOptions& options) {
  auto text = read_file(options.file);
  if (!text) return refuse_file(options.file, "cannot be read: " + text.error());
  haproxy::Translation translation = haproxy::translate(options.file, *text, environment);
  if (options.output.empty()) {
    std::fputs(translation.configuration.c_str(), stdout);
  } else if (auto why = write_file(options, translation.configuration)) {
    return refuse_file(options.output, "cannot be written: " + *why);
  }
  for (const haproxy::Finding& finding : translation.complaints) tell(options.file, finding);
  if (translation.complaints.empty()) return kWhole;
  std::string count = config::counted(translation.complaints.size(), "thing");
  std::fprintf(stderr, "%s: %s not translated; the result ends with a list of them\n",
               options.file.c_str(), count.c_str());
  return kInPart;
}

}  // namespace stickler::app
