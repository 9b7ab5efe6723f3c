// SPDX-License-Identifier: MIT
#include "backend/monitor.h"

#include <utility>

namespace stickler::backend {
namespace {

std::size_t count_servers(const std::vector<Backend*>& backends) {
  std::size_t count = 0;
  for (const Backend* backend : backends) count += backend->size();
  return count;
}

}  // namespace

HealthMonitor::HealthMonitor(std::vector<Backend*> backends, net::EventLoop& loop,
                             const HealthMonitor* before, NewsListener on_news)
    : HealthMonitor(std::move(backends), std::make_unique<Resolver>(loop), before,
                    std::move(on_news)) {}

HealthMonitor::HealthMonitor(std::vector<Backend*> backends, std::unique_ptr<Resolver> resolver,
                             const HealthMonitor* before, NewsListener on_news)
    : on_news_(std::move(on_news)), resolver_(std::move(resolver)) {
  const WallTime now = net::EventLoop::current().wall_now();
  CheckTurn turn{0, count_servers(backends)};
  for (Backend* backend : backends) {
    const HealthReport* report = before != nullptr ? before->report(backend->name()) : nullptr;
    reports_.push_back(std::make_unique<HealthReport>(*backend, on_news_, now, report));
    for (std::size_t server = 0; server < backend->size(); ++server, ++turn.position) {
      const ServerHealth* known =
          before != nullptr ? before->find(backend->server(server)) : nullptr;
      servers_.push_back(
          std::make_unique<ServerHealth>(*backend, server, *reports_.back(), tls_, turn, known));
      if (servers_.back()->state().health() == Health::unknown) ++undecided_;
    }
  }
}

void HealthMonitor::start(std::function<void()> on_first_round_done) {
  on_first_round_done_ = std::move(on_first_round_done);
  start_resolver();
  for (const auto& server : servers_) {
    tasks_.start(server->watch([this] { one_decided(); }));
  }
}

void HealthMonitor::stop() {
  resolver_->stop();
  for (const auto& server : servers_) server->stop();
}

ServerHealth* HealthMonitor::find(std::string_view backend, std::string_view server) const {
  for (const auto& known : servers_) {
    if (known->backend().name() == backend && known->server().name() == server) return known.get();
  }
  return nullptr;
}

const HealthReport* HealthMonitor::report(std::string_view backend) const {
  for (const auto& report : reports_) {
    if (report->backend().name() == backend) return report.get();
  }
  return nullptr;
}

// By its name, which is what administrators speak of.
const ServerHealth* HealthMonitor::find(const Server& server) const {
  for (const auto& known : servers_) {
    if (known->server().id() == server.id()) return known.get();
  }
  return nullptr;
}

void HealthMonitor::start_resolver() {
  std::vector<net::HostPort> names;
  std::vector<ServerHealth*> named;
  for (const auto& server : servers_) {
    if (!server->name()) continue;
    names.push_back(*server->name());
    named.push_back(server.get());
  }
  resolver_->start(std::move(names), [named](std::size_t name, const Resolution& resolution) {
    named[name]->resolved(resolution);
  });
}

void HealthMonitor::one_decided() {
  --undecided_;
  if (undecided_ == 0 && on_first_round_done_) on_first_round_done_();
}

}  // namespace stickler::backend
