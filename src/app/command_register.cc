// SPDX-License-Identifier: MIT
#include "app/command_register.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "app/command_check.h"
#include "app/load_config.h"
#include "app/log_setup.h"
#include "app/service_manager.h"
#include "app/signals.h"
#include "app/watchdog.h"
#include "base/log.h"
#include "cluster/node_registration.h"
#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::app {
namespace {

using cluster::NodeRegistration;
using cluster::RegistrationNews;

// Calls to etcd are ended at once, a stop command is left alone.
constexpr Duration kEnds = std::chrono::seconds(5);

// The one that was named, or the only one that has a node to register.
Result<const config::Cluster*, std::string> choose_cluster(const config::Config& config,
                                                           const std::string& name) {
  const config::Cluster* chosen = nullptr;
  for (const config::Cluster& each : config.clusters) {
    if (!each.registration || (!name.empty() && each.name != name)) continue;
    if (chosen != nullptr) {
      return Failed{"clusters " + chosen->name + " and " + each.name +
                    " both have a node to register: say which with --cluster"};
    }
    chosen = &each;
  }
  if (chosen != nullptr) return chosen;
  if (name.empty()) return Failed{config.file + ": no cluster has a group 'register'"};
  const bool known = config::find_cluster(config, name) != nullptr;
  return Failed{known ? "cluster " + name + " has no group 'register'"
                      : config.file + ": there is no cluster '" + name + "'"};
}

class Registrar {
 public:
  explicit Registrar(const config::Cluster& cluster)
      : cluster_(cluster), signals_({SIGHUP, SIGTERM, SIGINT, SIGQUIT}) {}

  // A sentence if it cannot begin.
  std::optional<std::string> start();
  // The exit code.
  int run();

 private:
  net::Task<> control();
  void tell(const RegistrationNews& news) const;
  void one_more_registered();
  void replaced();

  const config::Cluster& cluster_;
  net::EventLoop loop_;
  SignalReader signals_;
  const ServiceManager manager_ = ServiceManager::from_environment();
  Watchdog watchdog_{manager_, {}};
  std::unique_ptr<NodeRegistration> registration_;
  net::TaskGroup tasks_;
  bool ready_ = false;
  bool replaced_ = false;
};

std::optional<std::string> Registrar::start() {
  NodeRegistration::Listener listener;
  listener.news = [this](const RegistrationNews& news) { tell(news); };
  listener.registered = [this] { one_more_registered(); };
  listener.replaced = [this] { replaced(); };
  auto made = NodeRegistration::make(cluster_, std::move(listener));
  if (!made) return made.error();
  registration_ = std::move(*made);
  return std::nullopt;
}

int Registrar::run() {
  watchdog_.start();
  registration_->start();
  tasks_.start(control());
  loop_.run();
  return replaced_ ? 1 : 0;
}

net::Task<> Registrar::control() {
  std::optional<int> signal = co_await signals_.next();
  while (signal == SIGHUP) {
    log_info("{}: the file is read at the start only; a restart disturbs nobody",
             ::strsignal(*signal));
    signal = co_await signals_.next();
  }
  const std::string& node = cluster_.registration->node_id;
  if (signal) {
    log_info("{}: stopping; the key of {} is left to its lease, for who comes next to keep{}",
             ::strsignal(*signal), node,
             registration_->stop_command_runs() ? "; the stop command goes on" : "");
  }
  manager_.stopping("leaving the key to its lease", kEnds);
  watchdog_.stop();
  co_await watchdog_.stopped();
  registration_->stop();
  co_await registration_->stopped(kEnds);
  loop_.stop();
}

void Registrar::tell(const RegistrationNews& news) const {
  const std::string text = cluster_.registration->node_id + ": " + news.text;
  switch (news.weight) {
    case RegistrationNews::Weight::info:
      return log_info("{}", text);
    case RegistrationNews::Weight::warning:
      return log_warning("{}", text);
    case RegistrationNews::Weight::error:
      return log_error("{}", text);
  }
}

void Registrar::one_more_registered() {
  if (std::exchange(ready_, true)) return;
  manager_.ready("keeping the key of " + cluster_.registration->node_id);
}

void Registrar::replaced() {
  if (std::exchange(replaced_, true)) return;
  log_error("{}: another process keeps its key from now on: this one ends",
            cluster_.registration->node_id);
  signals_.cancel();
}

// Until a signal ends it; the exit code.
int register_node(const config::Cluster& cluster) {
  Registrar registrar(cluster);
  if (auto error = registrar.start()) {
    log_error("{}", *error);
    return 1;
  }
  const config::NodeRegistration& node = *cluster.registration;
  log_info("answering for {} in cluster {}: asking it at {}", node.node_id, cluster.name,
           node.local_node_url);
  const int exit_code = registrar.run();
  log_info("stopped");
  end_although_nobody_reads_the_log();
  return exit_code;
}

}  // namespace

void add_register_options(CLI::App& command, RegisterOptions& options) {
  command.add_option("--cluster", options.cluster,
                     "The cluster, if several have a node to register");
  command.add_flag("-q,--quiet", options.quiet, "Say nothing of a good file");
}

int command_register(const std::vector<std::filesystem::path>& files,
                     const RegisterOptions& options) {
  const config::LoadResult loaded = load_config(files);
  const bool silent = loaded.diagnostics.empty() || (options.quiet && loaded.config != nullptr);
  if (!silent) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
  }
  if (loaded.config == nullptr) return 1;
  auto cluster = choose_cluster(*loaded.config, options.cluster);
  if (!cluster) {
    std::fprintf(stderr, "stickler register: %s\n", cluster.error().c_str());
    return 1;
  }
  block_signals({SIGHUP, SIGTERM, SIGINT, SIGQUIT});
  start_log(log_level_of(loaded.config->log.level));
  const int exit_code = register_node(**cluster);
  stop_log();
  return exit_code;
}

}  // namespace stickler::app
