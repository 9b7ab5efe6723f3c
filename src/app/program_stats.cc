// SPDX-License-Identifier: MIT
// What the program says of itself: everything that pages and the runtime socket show.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>

#include "app/program.h"
#include "observe/gather_stats.h"

namespace stickler::app {
namespace {

// Of each worker.
constexpr std::size_t kShownSessions = 20'000;

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

using Sessions = std::vector<proxy::LiveSession>;

// What workers have told so far, for one who asked.
template <typename T>
struct Asked {
  std::vector<T> told;
  net::Notice answered;
};

// Each worker looks at its own, between two turns of its loop.
template <typename T>
net::Task<std::vector<T>> ask_each(const std::vector<std::unique_ptr<Worker>>& workers,
                                   net::EventLoop& loop, T (*ask)(proxy::Service&)) {
  auto asked = std::make_shared<Asked<T>>();
  for (const auto& worker : workers) {
    worker->post([&loop, ask, asked](proxy::Service& service) {
      auto own = std::make_shared<T>(ask(service));
      loop.post([asked, own] {
        asked->told.push_back(std::move(*own));
        asked->answered.announce();
      });
    });
  }
  while (asked->told.size() < workers.size()) co_await asked->answered.wait(kNoLimit);
  co_return std::move(asked->told);
}

Sessions shown_sessions(proxy::Service& service) {
  return proxy::live_sessions(service, kShownSessions);
}

}  // namespace

observe::StatsSnapshot Program::stats() {
  const WallTime now = loop_.wall_now();
  observe::StatsSnapshot stats =
      observe::gather_stats({*snapshot_, *monitor_, statistics_, events_}, now);
  describe_process(stats.process);
  stats.sharing = shared_tables_->report();
  stats.clusters = clusters_.reports();
  for (observe::BackendStats& backend : stats.backends) {
    for (observe::ServerStats& server : backend.servers) {
      if (server.admin != backend::Admin::drain) continue;
      server.drain = drain_report({backend.name, server.name});
    }
  }
  return stats;
}

void Program::describe_process(observe::ProcessStats& process) const {
  process.version = STICKLER_VERSION;
  process.node = host_name();
  process.pid = ::getpid();
  process.started = started_;
  process.workers = static_cast<unsigned>(workers_.size());
  process.descriptors = descriptors_;
  process.max_connections = budget_.most;
  process.connections = budget_.count.open();
  process.most_connections = budget_.count.most();
  process.lost_log_lines = access_log_->dropped();
  process.stopping = stopping_;
  process.reload = last_reload_;
}

net::Task<Sessions> Program::sessions() {
  Sessions all;
  if (stopping_) co_return all;
  std::vector<Sessions> told = co_await ask_each(workers_, loop_, &shown_sessions);
  for (Sessions& own : told) std::ranges::move(own, std::back_inserter(all));
  std::ranges::sort(all, std::greater{}, &proxy::LiveSession::age);
  co_return all;
}

net::Task<std::vector<observe::KeptConnections>> Program::kept_connections() {
  if (stopping_) co_return std::vector<observe::KeptConnections>();
  co_return co_await ask_each(workers_, loop_, &observe::kept_connections);
}

void Program::note(observe::Event::Weight weight, std::string text) {
  events_.note(observe::Event{loop_.wall_now(), weight, std::move(text)});
}

// What the log says of servers.
void Program::hear(backend::HealthNews news) {
  using Weight = observe::Event::Weight;
  Weight weight = Weight::info;
  if (news.weight == backend::HealthNews::Weight::warning) weight = Weight::warning;
  if (news.weight == backend::HealthNews::Weight::error) weight = Weight::error;
  note(weight, std::move(news.text));
}

}  // namespace stickler::app
