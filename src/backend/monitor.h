// SPDX-License-Identifier: MIT
// Watches the servers of all backends: checks them, resolves their names, publishes who is usable
// and logs what changes. Control thread only; workers read what it publishes through Backend.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "backend/backend.h"
#include "backend/health_report.h"
#include "backend/resolver.h"
#include "backend/server_health.h"
#include "net/event_loop.h"
#include "net/task_group.h"
#include "net/tls_client.h"

namespace stickler::backend {

class HealthMonitor {
 public:
  // `loop` is the control thread's; it and the backends outlive this object. `before`: the monitor
  // of the configuration before, stopped, or null; what it knew of servers is taken over. `on_news`
  // hears what the log says of servers; may be empty.
  HealthMonitor(std::vector<Backend*> backends, net::EventLoop& loop,
                const HealthMonitor* before = nullptr, NewsListener on_news = {});
  // Another resolver, for tests.
  HealthMonitor(std::vector<Backend*> backends, std::unique_ptr<Resolver> resolver,
                const HealthMonitor* before = nullptr, NewsListener on_news = {});
  HealthMonitor(const HealthMonitor&) = delete;
  HealthMonitor& operator=(const HealthMonitor&) = delete;

  // Asks every server at once. `on_first_round_done` is called once, when each has had a verdict.
  void start(std::function<void()> on_first_round_done = {});
  bool first_round_done() const { return undecided_ == 0; }

  // The health of this server; null if it is not watched.
  ServerHealth* find(std::string_view backend, std::string_view server) const;
  // The report on this backend; null if it is not watched.
  const HealthReport* report(std::string_view backend) const;

  // Ends everything within the loop's next turns; co_await stopped() before destroying this.
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

 private:
  const ServerHealth* find(const Server& server) const;
  void start_resolver();
  void one_decided();

  const net::TlsClientContext tls_;
  const NewsListener on_news_;
  std::vector<std::unique_ptr<HealthReport>> reports_;  // one per backend
  std::vector<std::unique_ptr<ServerHealth>> servers_;  // of all backends
  std::size_t undecided_ = 0;
  std::function<void()> on_first_round_done_;
  std::unique_ptr<Resolver> resolver_;
  net::TaskGroup tasks_;
};

}  // namespace stickler::backend
