// SPDX-License-Identifier: MIT
// The running program: built from a configuration in order, rebuilt in place by a reload, torn down
// in reverse. Main thread, which becomes the control thread: signals, health checks, name
// resolution.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/admin_state.h"
#include "app/clusters.h"
#include "app/service_manager.h"
#include "app/signals.h"
#include "app/watchdog.h"
#include "app/worker.h"
#include "backend/monitor.h"
#include "base/result.h"
#include "cluster/shared_tables.h"
#include "config/load.h"
#include "net/event_loop.h"
#include "observe/access_log.h"
#include "observe/administration.h"
#include "observe/event_sink.h"
#include "observe/pages.h"
#include "observe/runtime_socket.h"
#include "observe/statistics_ticker.h"
#include "proxy/listener.h"
#include "proxy/snapshot.h"

namespace stickler::app {

class Program final : private observe::Administration {
 public:
  // `loaded` has a configuration. `files`: where it came from and a reload reads it from again;
  // none: there is nothing to reload.
  Program(config::LoadResult loaded, std::vector<std::filesystem::path> files);
  ~Program() override;

  // Binds, drops privileges, starts workers and checks; a sentence if something is in the way, and
  // then nothing is left running.
  std::optional<std::string> start();

  // Serves until SIGTERM, SIGINT or SIGQUIT; then ends gracefully within process.stop_within, at
  // once on a further SIGTERM or SIGINT. SIGHUP reloads, SIGUSR1 begins a new file of the access
  // log. `on_ready` is called when everything listens.
  void run(const std::function<void()>& on_ready = {});

 private:
  // Stopping checks ends their waits at once; this is for a thread that is looking up a name.
  static constexpr Duration kMonitorStops = std::chrono::seconds(5);
  // Between two looks whether a reload, or the adoption of nodes, is over: each is soon.
  static constexpr Duration kMoment = std::chrono::milliseconds(10);

  // Per worker, the sockets for the addresses that `snapshot` has more than `before` (or null).
  using Sockets = std::vector<std::vector<BoundSocket>>;
  Result<Sockets, std::string> bind(const proxy::Snapshot& snapshot, const proxy::Snapshot* before);
  std::optional<std::string> open_runtime_socket();
  std::optional<std::string> start_access_log();
  void limit_connections(std::size_t descriptors);
  void start_workers(Sockets sockets);
  void start_monitor();
  void share_tables();
  void tell(const std::string& text, bool trouble);
  net::Task<> follow_nodes();
  net::Task<> adopt_nodes();
  proxy::RecordSink& add_sink();
  void watch_workers();
  std::string what_serves() const;
  void offer_pages();
  net::Task<> control();
  // Administration
  const proxy::Snapshot& snapshot() const override { return *snapshot_; }
  observe::StatsSnapshot stats() override;
  net::Task<std::vector<proxy::LiveSession>> sessions() override;
  net::Task<std::vector<observe::KeptConnections>> kept_connections() override;
  const observe::CapturedErrors& errors() const override { return errors_; }
  const std::vector<config::EffectiveSetting>& settings() const override {
    return loaded_.effective;
  }
  backend::Admin admin_state(observe::ServerName server) const override;
  net::Task<observe::ReloadResult> reload(MovedKeys moved) override;
  std::vector<cluster::ClusterReport> clusters() const override { return clusters_.reports(); }
  net::Task<Result<std::size_t, std::string>> rebalance(std::string cluster, bool dry_run) override;
  std::optional<std::string> set_state(observe::ServerName server, backend::Admin state) override;
  std::optional<std::string> set_weight(observe::ServerName server, unsigned weight) override;
  std::optional<std::string> set_address(observe::ServerName server,
                                         std::string_view address) override;
  void end_tunnels(observe::ServerName server) override;
  std::optional<std::string> drain(observe::ServerName server, Duration within) override;
  observe::DrainReport drain_report(observe::ServerName server) override;
  static std::string full_name(observe::ServerName server);
  // Views `full_name`.
  static observe::ServerName name_of(std::string_view full_name);
  observe::Occupants occupants(observe::ServerName server) const;
  void follow_drain(const std::string& server);
  net::Task<> watch_drains();
  Duration sample_drains();
  void apply_admin_state();
  void save_admin_state();
  void cut_tunnels_to(const backend::Server& server);

  void describe_process(observe::ProcessStats& process) const;
  void note(observe::Event::Weight weight, std::string text);
  void hear(backend::HealthNews news);

  net::Task<observe::ReloadResult> try_reload(MovedKeys moved);
  std::optional<std::string> prepare_reload(config::LoadResult& loaded, MovedKeys moved);
  std::optional<std::string> hold_moved_keys(const proxy::Snapshot& next, MovedKeys moved);
  std::string what_is_held() const;
  Result<observe::OpenedLog, std::string> open_next_log(const config::Log& log) const;
  net::Task<> put_in_force();
  void one_worker_adopted();
  std::string what_changed(const config::LoadResult& loaded) const;
  net::Task<std::optional<int>> next_signal();
  net::Task<> await_workers();
  void one_worker_closed();
  void one_worker_ended();

  const config::Config& config() const { return *snapshot_->config; }

  const std::vector<std::filesystem::path> files_;
  config::LoadResult loaded_;
  std::shared_ptr<const proxy::Snapshot> snapshot_;
  // A reload that is under way.
  std::shared_ptr<const proxy::Snapshot> next_;
  Sockets added_;
  observe::OpenedLog next_log_;
  std::size_t workers_adopted_ = 0;
  net::Notice all_adopted_;
  bool reloading_ = false;
  bool stopping_ = false;
  net::Notice reloaded_;
  bool adopting_nodes_ = false;
  net::EventLoop loop_;
  SignalReader signals_;
  net::TaskGroup tasks_;
  std::unique_ptr<observe::AccessLog> access_log_;
  observe::Events events_;
  observe::CapturedErrors errors_;
  std::vector<std::unique_ptr<observe::EventSink>> sinks_;
  observe::Statistics statistics_;
  observe::StatisticsTicker ticker_{statistics_};
  proxy::ConnectionBudget budget_;
  std::size_t descriptors_ = 0;
  const WallTime started_ = loop_.wall_now();
  observe::ProcessStats::Reload last_reload_;
  std::unique_ptr<backend::HealthMonitor> monitor_;
  std::unique_ptr<cluster::SharedTables> shared_tables_;
  Clusters clusters_{loop_, workers_,
                     [this](const auto& text, bool trouble) { tell(text, trouble); }};
  observe::Pages pages_{loop_};
  AdminState admin_;
  // Drains under way, by "backend/server".
  std::map<std::string, observe::Drain> drains_;
  std::map<std::string, WallTime> drain_limits_;
  net::Notice drain_news_;
  observe::RuntimeCommands commands_{*this};
  std::optional<observe::RuntimeSocket> runtime_;
  std::vector<std::unique_ptr<Worker>> workers_;
  const ServiceManager manager_ = ServiceManager::from_environment();
  std::optional<Watchdog> watchdog_;
  std::size_t workers_closed_ = 0;
  std::size_t workers_ended_ = 0;
};

}  // namespace stickler::app
