// SPDX-License-Identifier: MIT
#include "app/command_monitor.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "app/clusters.h"
#include "app/command_check.h"
#include "app/load_config.h"
#include "app/service_manager.h"
#include "app/signals.h"
#include "base/log.h"

namespace stickler::app {
namespace {

// The clusters' part in etcd, on this thread's loop, without any worker.
class MonitorProgram {
 public:
  std::optional<std::string> start(config::Config config) {
    for (config::Cluster& cluster : config.clusters) cluster.monitor = true;
    return clusters_.make(config, workers_.size());
  }

  void run() {
    clusters_.start();
    manager_.ready("watching clusters");
    tasks_.start(await_end());
    loop_.run();
  }

 private:
  net::Task<> await_end() {
    std::optional<int> signal;
    do {
      signal = co_await signals_.next();
    } while (signal == SIGHUP);
    log_info("stopping");
    manager_.stopping("giving the office back", kClustersStop);
    clusters_.stop();
    co_await clusters_.stopped(kClustersStop);
    loop_.stop();
  }

  static void tell(const std::string& text, bool trouble) {
    if (trouble) {
      log_warning("{}", text);
    } else {
      log_info("{}", text);
    }
  }

  net::EventLoop loop_;
  SignalReader signals_{SIGHUP, SIGTERM, SIGINT, SIGQUIT};
  const ServiceManager manager_ = ServiceManager::from_environment();
  const Clusters::Workers workers_;
  Clusters clusters_{loop_, workers_, &MonitorProgram::tell};
  net::TaskGroup tasks_;
};

}  // namespace

int command_monitor(const std::vector<std::filesystem::path>& files) {
  config::LoadResult loaded = load_config(files);
  if (!loaded.diagnostics.empty()) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (loaded.config == nullptr) return 1;
  if (loaded.config->clusters.empty()) {
    std::fprintf(stderr, "stickler monitor: %s has no clusters to watch\n", loaded.file.c_str());
    return 1;
  }
  block_signals({SIGHUP, SIGTERM, SIGINT, SIGQUIT});
  start_log(spdlog::level::info);
  int exit_code = 0;
  {
    MonitorProgram program;
    if (auto error = program.start(*loaded.config)) {
      log_error("{}", *error);
      exit_code = 1;
    } else {
      program.run();
      log_info("stopped");
    }
  }
  stop_log();
  return exit_code;
}

}  // namespace stickler::app
