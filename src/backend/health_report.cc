// SPDX-License-Identifier: MIT
#include "backend/health_report.h"

#include "base/log.h"

namespace stickler::backend {
namespace {

using balance::Availability;

// "2 active and 0 backup servers"
std::string usable_servers(const Backend& backend) {
  unsigned active = 0;
  unsigned backup = 0;
  for (const balance::ServerView* server : backend.views()) {
    if (server->accepts_new_sessions()) ++(server->backup ? backup : active);
  }
  return fmt::format("{} active and {} backup servers", active, backup);
}

// Of a server's first check there is nothing to count, and its neighbours have yet to be asked.
std::string circumstances(const Backend& backend, const HealthChange& change, const char* happened,
                          const char* now) {
  if (change.first()) return "";
  return fmt::format(" ({} of {} {}); {} {}", change.in_a_row, change.needed, happened,
                     usable_servers(backend), now);
}

}  // namespace

HealthReport::HealthReport(const Backend& backend, const NewsListener& listener, WallTime now,
                           const HealthReport* before)
    : backend_(backend),
      listener_(listener),
      outage_(before != nullptr ? before->outage_ : Outage(now)),
      had_none_(before != nullptr && before->had_none_) {}

void HealthReport::tell(const Server& server, const HealthChange& change,
                        const std::string& answer) {
  if (change.came_up()) {
    say(Weight::info, fmt::format("server {}/{} is UP: {}{}", backend_.name(), server.name(),
                                  answer, circumstances(backend_, change, "passed", "up")));
  }
  if (change.went_down()) {
    say(Weight::warning, fmt::format("server {}/{} is DOWN: {}{}", backend_.name(), server.name(),
                                     answer, circumstances(backend_, change, "failed", "left")));
  }
  tell_if_last_one_has_gone();
}

void HealthReport::tell_admin(const Server& server, Admin admin) {
  say(Weight::info, fmt::format("server {}/{} is set to {} by an administrator", backend_.name(),
                                server.name(), describe(admin)));
}

void HealthReport::look_at_servers(WallTime now) {
  bool usable = false;
  for (const balance::ServerView* server : backend_.views()) {
    // Before the first check nobody knows.
    if (server->availability.load(std::memory_order_relaxed) == Availability::unknown) return;
    usable = usable || server->serves_sessions();
  }
  outage_.became(usable, now);
}

void HealthReport::tell_if_last_one_has_gone() {
  for (const balance::ServerView* server : backend_.views()) {
    const bool may_come =
        server->availability.load(std::memory_order_relaxed) == Availability::unknown;
    if (server->serves_sessions()) had_none_ = false;
    if (server->serves_sessions() || may_come) return;
  }
  if (had_none_) return;
  had_none_ = true;
  say(Weight::error, fmt::format("backend {} has no usable server", backend_.name()));
}

void HealthReport::say(Weight weight, std::string text) {
  if (weight == Weight::info) log_info("{}", text);
  if (weight == Weight::warning) log_warning("{}", text);
  if (weight == Weight::error) log_error("{}", text);
  if (listener_) listener_({weight, std::move(text)});
}

}  // namespace stickler::backend
