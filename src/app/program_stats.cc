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

// What workers have told so far, for one who asked.
struct Asked {
  std::vector<proxy::LiveSession> sessions;
  std::size_t answers = 0;
  net::Notice answered;
};

using Sessions = std::vector<proxy::LiveSession>;

}  // namespace

observe::StatsSnapshot Program::stats() {
  const WallTime now = loop_.wall_now();
  observe::StatsSnapshot stats =
      observe::gather_stats({*snapshot_, *monitor_, statistics_, events_}, now);
  describe_process(stats.process);
  stats.sharing = shared_tables_->report();
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

// Each worker looks at its own, between two turns of its loop.
net::Task<std::vector<proxy::LiveSession>> Program::sessions() {
  if (stopping_) co_return Sessions();
  auto asked = std::make_shared<Asked>();
  for (const auto& worker : workers_) {
    worker->post([this, asked](proxy::Service& service) {
      auto own = std::make_shared<Sessions>(proxy::live_sessions(service, kShownSessions));
      loop_.post([asked, own] {
        std::ranges::move(*own, std::back_inserter(asked->sessions));
        ++asked->answers;
        asked->answered.announce();
      });
    });
  }
  while (asked->answers < workers_.size()) co_await asked->answered.wait(kNoLimit);
  std::ranges::sort(asked->sessions, std::greater{}, &proxy::LiveSession::age);
  co_return std::move(asked->sessions);
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
