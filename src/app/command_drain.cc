// SPDX-License-Identifier: MIT
#include "app/command_drain.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <thread>

#include "base/strings.h"
#include "base/units.h"

namespace stickler::app {
namespace {

constexpr int kDone = 0;
constexpr int kSomebodyLeft = 4;
constexpr std::chrono::seconds kBetweenReports{1};

// "state=drain sessions=11 …" and a line feed.
std::map<std::string, std::string> parse_report(std::string_view line) {
  std::map<std::string, std::string> report;
  if (line.ends_with('\n')) line.remove_suffix(1);
  while (!line.empty()) {
    std::string_view value = take_until(line, ' ');
    const std::string_view name = take_until(value, '=');
    report[std::string(name)] = value;
  }
  return report;
}

bool is_empty(std::map<std::string, std::string>& report) {
  return report["sessions"] == "0" && report["tunnels"] == "0" && report["requests"] == "0";
}

// How the wait ends with this report, if it does.
std::optional<int> verdict_on(std::map<std::string, std::string>& report) {
  if (report["state"] == "maint") {
    std::puts("the time to drain is over: who was left has been moved");
    return kDone;
  }
  if (report["state"] != "drain") {
    std::puts("it does not drain any more: somebody has put it back");
    return kRefused;
  }
  if (!is_empty(report)) return std::nullopt;
  std::puts("nobody is left");
  return kDone;
}

int wait_until_empty(const RunningProgram& program, const DrainOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const std::optional<Duration> most = parse_duration(options.wait_for);
  std::string before;
  for (;;) {
    RuntimeAnswer answer = ask_running(program, {"show", "drain", options.server});
    if (answer.code != kDone) {
      std::fputs(answer.text.c_str(), stderr);
      return answer.code;
    }
    if (answer.text != before) {
      std::fputs(answer.text.c_str(), stdout);
      std::fflush(stdout);
    }
    before = answer.text;
    auto report = parse_report(answer.text);
    if (auto verdict = verdict_on(report)) return *verdict;
    if (most && std::chrono::steady_clock::now() - began >= *most) return kSomebodyLeft;
    std::this_thread::sleep_for(kBetweenReports);
  }
}

}  // namespace

int command_drain(const RunningProgram& program, const DrainOptions& options) {
  for (const std::string& time : {options.within, options.wait_for}) {
    if (time.empty() || parse_duration(time)) continue;
    std::fprintf(stderr, "stickler: '%s' is no time: write 30m\n", time.c_str());
    return kRefused;
  }
  std::vector<std::string> words{"drain", options.server};
  if (!options.within.empty()) words.insert(words.end(), {"within", options.within});
  const int code = command_runtime(program, words);
  if (code != kDone || !options.wait) return code;
  return wait_until_empty(program, options);
}

}  // namespace stickler::app
