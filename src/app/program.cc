// SPDX-License-Identifier: MIT
#include "app/program.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <thread>

#include "app/privileges.h"
#include "app/runtime_file.h"
#include "base/log.h"
#include "net/listening_socket.h"
#include "observe/metrics.h"

namespace stickler::app {
namespace {

// Descriptors for what is not a client's or a server's connection: listeners, checks, files.
constexpr std::size_t kReservedDescriptors = 100;

// What may follow process.stop_within: cut connections end, the monitor stops, the log is written.
constexpr Duration kLastSteps = std::chrono::seconds(15);

unsigned worker_count(const config::Process& process) {
  if (process.workers > 0) return process.workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

Program::Program(config::LoadResult loaded, std::vector<std::filesystem::path> files)
    : files_(std::move(files)),
      loaded_(std::move(loaded)),
      signals_({SIGHUP, SIGUSR1, SIGTERM, SIGINT, SIGQUIT}) {
  pages_.add(observe::Pages::Kind::metrics, [this](auto&) { return metrics_page(stats()); });
}

Program::~Program() = default;

std::optional<std::string> Program::start() {
  auto snapshot = proxy::Snapshot::build(loaded_.config);
  if (!snapshot) return snapshot.error();
  snapshot_ = std::move(*snapshot);
  keep_heap_free_of_holes();
  descriptors_ = raise_descriptor_limit();
  limit_connections(descriptors_);
  auto sockets = bind(*snapshot_, nullptr);
  if (!sockets) return sockets.error();
  if (auto error = open_runtime_socket()) return error;
  if (auto error = drop_privileges(config().process)) return error;
  if (auto error = start_access_log()) return error;
  if (auto error = admin_.load(config().runtime.state_file)) log_error("{}", *error);
  if (auto error = clusters_.make(config(), worker_count(config().process))) return error;
  start_monitor();
  share_tables();
  offer_pages();
  start_workers(std::move(*sockets));
  if (runtime_) runtime_->start();
  return std::nullopt;
}

// As the user who starts us: its folder may be root's.
std::optional<std::string> Program::open_runtime_socket() {
  if (config().runtime.socket.empty()) return std::nullopt;
  auto socket = make_runtime_socket(config().runtime, config().process);
  if (!socket) return "runtime.socket: " + socket.error();
  runtime_.emplace(std::move(*socket), commands_);
  return std::nullopt;
}

// Its file is opened by the account that will open it again.
std::optional<std::string> Program::start_access_log() {
  auto opened = observe::open_log_output(config().log);
  if (!opened) return opened.error();
  access_log_ = std::make_unique<observe::AccessLog>(config().log, std::move(*opened));
  return std::nullopt;
}

void Program::start_monitor() {
  std::vector<backend::Backend*> backends;
  for (const auto& backend : snapshot_->backends) backends.push_back(backend.get());
  monitor_ = std::make_unique<backend::HealthMonitor>(
      std::move(backends), loop_, monitor_.get(),
      [this](backend::HealthNews news) { hear(std::move(news)); });
  apply_admin_state();
  monitor_->start();
}

// With the balancers that keep the same ones.
void Program::share_tables() {
  shared_tables_ = std::make_unique<cluster::SharedTables>(
      *snapshot_->tables, loop_,
      [this](const std::string& text, bool trouble) { tell(text, trouble); });
  shared_tables_->follow(config());
}

void Program::tell(const std::string& text, bool trouble) {
  if (trouble) {
    log_warning("{}", text);
  } else {
    log_info("{}", text);
  }
  note(trouble ? observe::Event::Weight::warning : observe::Event::Weight::info, text);
}

// Each client may need a connection to a server at the same time.
void Program::limit_connections(std::size_t descriptors) {
  std::size_t usable =
      descriptors > 2 * kReservedDescriptors ? descriptors - kReservedDescriptors : descriptors / 2;
  budget_.most = usable / 2;
  std::size_t wanted = config().process.max_connections;
  if (wanted == 0) return;
  if (wanted > budget_.most) {
    log_warning("process.max_connections is {}, but {} descriptors are enough for {} only", wanted,
                descriptors, budget_.most);
  }
  budget_.most = std::min(budget_.most, wanted);
}

Result<Program::Sockets, std::string> Program::bind(const proxy::Snapshot& snapshot,
                                                    const proxy::Snapshot* before) {
  const std::size_t workers =
      workers_.empty() ? worker_count(snapshot.config->process) : workers_.size();
  Sockets sockets(workers);
  for (const auto& rules : snapshot.listeners) {
    for (const config::Bind& bind : rules->settings.binds) {
      if (before != nullptr && before->rules_at(bind.text) != nullptr) continue;
      auto opened = net::open_listening_sockets(bind.text, static_cast<unsigned>(workers));
      if (!opened) return Failed{"listeners." + rules->settings.name + ": " + opened.error()};
      for (std::size_t worker = 0; worker < workers; ++worker) {
        sockets[worker].push_back({std::move((*opened)[worker]), bind.text});
      }
      log_info("listener {} on {}{}", rules->settings.name, bind.text,
               rules->tls != nullptr ? " (TLS)" : "");
    }
  }
  return sockets;
}

void Program::start_workers(Sockets sockets) {
  auto on_ended = [this] { loop_.post([this] { one_worker_ended(); }); };
  for (std::vector<BoundSocket>& own : sockets) {
    workers_.push_back(
        std::make_unique<Worker>(std::move(own), snapshot_, budget_, add_sink(), pages_, on_ended));
  }
}

proxy::RecordSink& Program::add_sink() {
  sinks_.push_back(std::make_unique<observe::EventSink>(access_log_->add_sink(), events_, errors_));
  return statistics_.add_worker(sinks_.back().get());
}

void Program::watch_workers() {
  std::vector<Pulse*> pulses;
  for (const auto& worker : workers_) pulses.push_back(&worker->pulse());
  watchdog_.emplace(manager_, std::move(pulses));
  watchdog_->start();
}

std::string Program::what_serves() const {
  return fmt::format("{} workers, {} listeners, {} backends, {} connections at most",
                     workers_.size(), snapshot_->listeners.size(), snapshot_->backends.size(),
                     budget_.most);
}

void Program::run(const std::function<void()>& on_ready) {
  log_info("ready: {}", what_serves());
  if (on_ready) on_ready();
  manager_.ready(what_serves());
  watch_workers();
  ticker_.start();
  const AdminState set_before = admin_;
  for (const auto& [name, set] : set_before.overrides()) follow_drain(name);
  tasks_.start(watch_drains());
  clusters_.start();
  tasks_.start(follow_nodes());
  tasks_.start(control());
  loop_.run();
}

// The control thread's main task: reloads until the end comes, and ends everything.
net::Task<> Program::control() {
  std::optional<int> signal = co_await next_signal();
  while (signal == SIGHUP) {
    co_await reload(MovedKeys::refuse);
    signal = co_await next_signal();
  }
  stopping_ = true;
  drain_news_.announce();
  clusters_.nodes_changed().announce();
  while (reloading_) co_await reloaded_.wait(kNoLimit);
  log_info("{}: stopping", ::strsignal(signal.value_or(0)));
  manager_.stopping("finishing what is open", config().process.stop_within + kLastSteps);
  auto on_closed = [this] { loop_.post([this] { one_worker_closed(); }); };
  for (const auto& worker : workers_) worker->stop(config().process.stop_within, on_closed);
  co_await await_workers();
  watchdog_->stop();
  co_await watchdog_->stopped();
  ticker_.stop();
  co_await ticker_.stopped();
  shared_tables_->stop();
  co_await shared_tables_->stopped(kMonitorStops);
  clusters_.stop();
  co_await clusters_.stopped(kClustersStop);
  co_await pages_.stopped(kMonitorStops);
  workers_.clear();
  monitor_->stop();
  co_await monitor_->stopped(kMonitorStops);
  if (runtime_) {
    runtime_->stop();
    co_await runtime_->stopped(kMonitorStops);
    ::unlink(config().runtime.socket.c_str());
  }
  loop_.stop();
}

// The access log's file may be moved away at any time, also while open connections end.
net::Task<std::optional<int>> Program::next_signal() {
  for (;;) {
    std::optional<int> signal = co_await signals_.next();
    if (signal != SIGUSR1) co_return signal;
    access_log_->reopen();
  }
}

// A second signal means: now. SIGQUIT only ever asks for a graceful end, as with nginx.
net::Task<> Program::await_workers() {
  while (workers_ended_ < workers_.size()) {
    std::optional<int> signal = co_await next_signal();
    if (!signal || *signal == SIGHUP) continue;
    if (*signal == SIGQUIT) {
      log_info("{}: still waiting for what is open", ::strsignal(*signal));
      continue;
    }
    log_info("{}: open connections are cut", ::strsignal(*signal));
    for (const auto& worker : workers_) worker->cut();
  }
}

void Program::one_worker_closed() {
  if (++workers_closed_ < workers_.size()) return;
  log_info("no new connections; open ones have {} to finish",
           format_duration(config().process.stop_within));
}

void Program::one_worker_ended() {
  ++workers_ended_;
  signals_.cancel();
}

}  // namespace stickler::app
