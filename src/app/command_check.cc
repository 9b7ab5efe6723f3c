// SPDX-License-Identifier: MIT
#include "app/command_check.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "app/load_config.h"

namespace stickler::app {
namespace {

nlohmann::ordered_json diagnostic_json(const config::Diagnostic& diagnostic) {
  bool error = diagnostic.severity == config::Severity::error;
  return {{"severity", error ? "error" : "warning"},
          {"file", diagnostic.file},
          {"line", diagnostic.line},
          {"column", diagnostic.column},
          {"length", diagnostic.length},
          {"message", diagnostic.message},
          {"remedy", diagnostic.remedy}};
}

}  // namespace

int command_check(const std::vector<std::filesystem::path>& files, const CheckOptions& options) {
  config::LoadResult result = load_config(files);
  bool clean = result.diagnostics.empty();
  bool good = result.config != nullptr && (clean || !options.warnings_as_errors);
  if (options.json) {
    std::fputs(report_as_json(result).c_str(), stdout);
  } else if (!(options.quiet && good)) {
    std::fputs(report_for_people(result, wants_colour(STDOUT_FILENO)).c_str(), stdout);
  }
  return good ? 0 : 1;
}

std::string report_for_people(const config::LoadResult& result, bool colour) {
  std::string text;
  for (const config::Diagnostic& diagnostic : result.diagnostics) {
    text += config::render(diagnostic, colour);
  }
  return text + config::summary(result) + "\n";
}

std::string report_as_json(const config::LoadResult& result) {
  nlohmann::ordered_json report{{"ok", result.config != nullptr}, {"file", result.file}};
  report["certificates"] = result.certificates;
  report["diagnostics"] = nlohmann::ordered_json::array();
  for (const config::Diagnostic& diagnostic : result.diagnostics) {
    report["diagnostics"].push_back(diagnostic_json(diagnostic));
  }
  // Files may hold any bytes: what is no UTF-8 is replaced, not thrown at.
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return report.dump(2, ' ', false, kReplace) + "\n";
}

bool wants_colour(int descriptor) {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (refused != nullptr && *refused != '\0') return false;
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return ::isatty(descriptor) == 1;
}

}  // namespace stickler::app
