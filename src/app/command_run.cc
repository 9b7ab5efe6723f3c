// SPDX-License-Identifier: MIT
#include "app/command_run.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/command_check.h"
#include "app/load_config.h"
#include "app/program.h"
#include "app/signals.h"
#include "base/log.h"

namespace stickler::app {
namespace {

spdlog::level::level_enum level_of(config::Log::Level level) {
  switch (level) {
    case config::Log::Level::debug:
      return spdlog::level::debug;
    case config::Log::Level::info:
      return spdlog::level::info;
    case config::Log::Level::warning:
      return spdlog::level::warn;
    case config::Log::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

constexpr unsigned kLastLinesSeconds = 2;

// All that is left is to write the last lines. Who should read them may have stopped reading, and
// that must not keep us from ending.
void end_although_nobody_reads_the_log() {
  std::signal(SIGALRM, [](int) { ::_exit(0); });
  ::alarm(kLastLinesSeconds);
}

}  // namespace

int command_run(const std::vector<std::filesystem::path>& files, bool quiet) {
  config::LoadResult loaded = load_config(files);
  bool silent = loaded.diagnostics.empty() || (quiet && loaded.config != nullptr);
  if (!silent) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (loaded.config == nullptr) return 1;
  block_signals({SIGHUP, SIGUSR1, SIGTERM, SIGINT, SIGQUIT});
  start_log(level_of(loaded.config->log.level));
  int exit_code = 0;
  {
    Program program(std::move(loaded), files);
    if (auto error = program.start()) {
      log_error("{}", *error);
      exit_code = 1;
    } else {
      program.run();
      log_info("stopped");
      end_although_nobody_reads_the_log();
    }
  }
  stop_log();
  return exit_code;
}

}  // namespace stickler::app
