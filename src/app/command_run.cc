// SPDX-License-Identifier: MIT
#include "app/command_run.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/command_check.h"
#include "app/load_config.h"
#include "app/log_setup.h"
#include "app/program.h"
#include "app/signals.h"
#include "base/log.h"

namespace stickler::app {
namespace {

// A file for other commands.
bool has_nothing_to_serve(const config::LoadResult& loaded) {
  if (!loaded.config->listeners.empty()) return false;
  std::fprintf(stderr,
               "stickler run: %s has no listeners, so there is nothing to serve: it is a file for "
               "'stickler register' or 'stickler monitor'\n",
               loaded.file.c_str());
  return true;
}

}  // namespace

int command_run(const std::vector<std::filesystem::path>& files, bool quiet) {
  config::LoadResult loaded = load_config(files);
  bool silent = loaded.diagnostics.empty() || (quiet && loaded.config != nullptr);
  if (!silent) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (loaded.config == nullptr || has_nothing_to_serve(loaded)) return 1;
  block_signals({SIGHUP, SIGUSR1, SIGTERM, SIGINT, SIGQUIT});
  start_log(log_level_of(loaded.config->log.level));
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
