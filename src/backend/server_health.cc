// SPDX-License-Identifier: MIT
#include "backend/server_health.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/log.h"
#include "net/event_loop.h"

namespace stickler::backend {
namespace {

ServerState first_state(const config::Check& check, const Server& server,
                        const ServerHealth* before) {
  // Without checks all that is known of a server is whether its name resolves: that decides at
  // once.
  const unsigned rise = check.kind == config::Check::Kind::off ? 1 : check.rise;
  const unsigned fall = check.kind == config::Check::Kind::off ? 1 : check.fall;
  if (before == nullptr) return ServerState(rise, fall, Admin::ready);
  if (&before->server() == &server) return ServerState(rise, fall, before->state());
  return ServerState(rise, fall, before->state().admin());
}

std::optional<net::HostPort> name_in(const Server& server) {
  if (net::Address::parse(server.settings().address)) return std::nullopt;
  return net::split_host_port(server.settings().address);
}

WallTime wall_now() { return net::EventLoop::current().wall_now(); }

bool is_usable(balance::Availability availability) {
  return availability == balance::Availability::up || availability == balance::Availability::drain;
}

}  // namespace

ServerHealth::ServerHealth(Backend& backend, std::size_t server, HealthReport& report,
                           const net::TlsClientContext& tls, CheckTurn turn,
                           const ServerHealth* before)
    : backend_(backend),
      server_(backend.server(server)),
      report_(report),
      turn_(turn),
      name_(name_in(server_)),
      state_(first_state(backend.settings().check, server_, before)),
      check_(backend.settings().check, server_.settings().address, tls),
      checks_(before != nullptr ? before->checks_ : CheckHistory()),
      outage_(before != nullptr ? before->outage_ : Outage(wall_now())) {}

net::Task<> ServerHealth::watch(std::function<void()> decided) {
  if (!server_.address()) {
    // The resolver answers soon, with an address or with a reason.
    publish();
    co_await news_.wait(kNoLimit);
  }
  while (!stopping_) {
    CheckVerdict verdict = co_await check();
    if (stopping_) break;
    const bool first = state_.health() == Health::unknown;
    take(verdict);
    if (first) decided();
    const Duration pause = next_pause();
    co_await news_.wait(pause);
  }
}

void ServerHealth::stop() {
  stopping_ = true;
  check_.cancel();
  news_.announce();
}

net::Task<CheckVerdict> ServerHealth::check() {
  std::optional<net::Address> address = server_.address();
  CheckVerdict verdict;
  if (!address) {
    verdict.result = CheckResult::unresolved;
    verdict.text = fmt::format("name '{}' does not resolve yet ({})", name_->host, unresolved_);
  } else if (backend_.settings().check.kind == config::Check::Kind::off) {
    verdict.passed = true;
    verdict.text = "not checked";
  } else {
    verdict = co_await check_.run(*address);
  }
  co_return verdict;
}

void ServerHealth::take(const CheckVerdict& verdict) {
  const CheckEvent event = verdict.passed ? CheckEvent::passed : CheckEvent::failed;
  const HealthChange change = state_.apply(event);
  checks_.checked(verdict, change, wall_now());
  publish();
  report_.tell(server_, change, verdict.text);
}

void ServerHealth::publish() {
  const balance::Availability now = state_.availability();
  const auto before = server_.view().availability.exchange(now, std::memory_order_relaxed);
  if (now != balance::Availability::unknown) outage_.became(is_usable(now), wall_now());
  report_.look_at_servers(wall_now());
  if (before == now) return;
  using balance::Availability;
  if (now == Availability::down || now == Availability::maint) server_.begin_era();
  backend_.server_changed();
}

void ServerHealth::set_admin(Admin admin) {
  if (state_.admin() == admin) return;
  state_.set_admin(admin);
  report_.tell_admin(server_, admin);
  publish();
}

void ServerHealth::set_address(const net::Address& address) {
  log_info("server {}/{} is at {} now, by an administrator", backend_.name(), server_.name(),
           address.text());
  name_.reset();
  server_.set_address(address);
  news_.announce();
}

Duration ServerHealth::next_pause() {
  const config::Check& settings = backend_.settings().check;
  if (settings.kind == config::Check::Kind::off) return kNoLimit;
  const Duration pause = pause_after_check(settings, state_.health());
  if (has_paused_) return pause;
  has_paused_ = true;
  return turn_.share_of(pause);
}

void ServerHealth::resolved(const Resolution& resolution) {
  if (!name_) return;
  if (resolution.addresses.empty()) return note_failure(resolution.error);
  unresolved_.clear();
  const std::optional<net::Address> current = server_.address();
  // Of several addresses, in whatever order they come today, the server keeps its own.
  if (current && std::ranges::count(resolution.addresses, *current) > 0) return;
  adopt(resolution.addresses.front(), current);
}

void ServerHealth::note_failure(const std::string& error) {
  const bool known = !unresolved_.empty();
  unresolved_ = error;
  if (known) return;
  if (auto address = server_.address()) {
    log_warning("server {}/{}: name '{}' does not resolve any more ({}); it stays at {}",
                backend_.name(), server_.name(), name_->host, error, address->text());
  } else {
    news_.announce();
  }
}

void ServerHealth::adopt(const net::Address& address, const std::optional<net::Address>& before) {
  log_info("server {}/{}: name '{}' is {}{}", backend_.name(), server_.name(), name_->host,
           address.text(), before ? ", no longer " + before->text() : "");
  server_.set_address(address);
  news_.announce();
}

}  // namespace stickler::backend
