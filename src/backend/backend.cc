// SPDX-License-Identifier: MIT
#include "backend/backend.h"

#include <algorithm>
#include <utility>

#include "balance/first.h"
#include "base/assert.h"

namespace stickler::backend {
namespace {

using Servers = std::vector<std::shared_ptr<Server>>;

std::shared_ptr<Server> same_server(const Servers& before, const config::Server& settings) {
  for (const auto& server : before) {
    if (server->is(settings)) return server;
  }
  return nullptr;
}

Servers make_servers(const config::Backend& settings, Identities& identities,
                     const Servers& before) {
  Servers servers;
  for (const config::Server& server : settings.servers) {
    if (auto same = same_server(before, server)) {
      servers.push_back(std::move(same));
      continue;
    }
    std::size_t id = identities.server(settings.name, server.name);
    servers.push_back(std::make_shared<Server>(server, id));
    // Without checks nobody would ever find a server usable.
    if (settings.check.kind == config::Check::Kind::off) {
      servers.back()->view().availability = balance::Availability::up;
    }
  }
  return servers;
}

std::vector<const balance::ServerView*> views_of(const Servers& servers) {
  std::vector<const balance::ServerView*> views;
  for (const auto& server : servers) views.push_back(&server->view());
  return views;
}

}  // namespace

Backend::Backend(const config::Backend& settings, std::size_t position, Identities& identities,
                 const Backend* before)
    : settings_(settings),
      position_(position),
      id_(identities.backend(settings.name)),
      servers_(
          make_servers(settings, identities, before != nullptr ? before->servers_ : Servers{})),
      views_(views_of(servers_)),
      queue_(before != nullptr ? before->queue_ : std::make_shared<WaitQueue>()),
      algorithm_(balance::make_algorithm(settings.balance, views_)) {}

std::optional<std::size_t> Backend::position_of(std::string_view server_name) const {
  for (std::size_t position = 0; position < servers_.size(); ++position) {
    if (servers_[position]->name() == server_name) return position;
  }
  return std::nullopt;
}

Backend::Backend(const config::Backend& settings)
    : Backend(settings, 0, *std::make_unique<Identities>(), nullptr) {}

void Backend::take_force() {
  for (std::size_t i = 0; i < servers_.size(); ++i) servers_[i]->adopt(settings_.servers[i]);
}

std::size_t Backend::position_of_serial(std::size_t serial) const {
  std::size_t position = 0;
  while (servers_[position]->serial() != serial) ASSERT(++position < servers_.size());
  return position;
}

bool Backend::has_place(const balance::Question& question) const {
  balance::First probe;
  return balance::decide(question, probe).kind == balance::Choice::Kind::server;
}

void Backend::give_back_slot(std::size_t server) {
  Server& freed = *servers_[server];
  freed.give_back_slot();
  if (queue_->waiting() == 0) return;
  queue_->hand_over(freed.serial(), [&freed] { return freed.try_take_slot(); });
}

std::uint32_t Backend::active() const {
  std::uint32_t sum = 0;
  for (const auto& server : servers_) sum += server->view().active.load(std::memory_order_relaxed);
  return sum;
}

std::uint32_t Backend::queued() const {
  std::uint32_t sum = 0;
  for (const auto& server : servers_) sum += server->view().queued.load(std::memory_order_relaxed);
  return sum;
}

namespace {

std::vector<std::size_t> serials_of(const Backend& backend,
                                    const std::vector<std::size_t>& positions) {
  std::vector<std::size_t> serials;
  for (std::size_t position : positions) serials.push_back(backend.server(position).serial());
  return serials;
}

}  // namespace

QueueTicket::QueueTicket(Backend& backend, std::optional<std::size_t> server,
                         const std::vector<std::size_t>& awaited)
    : backend_(backend),
      server_(server),
      ticket_(backend.queue().enter(serials_of(backend, awaited))) {
  if (server_) {
    position_ = 1 + backend_.server(*server_).view().queued.fetch_add(1, std::memory_order_relaxed);
  } else {
    // This one is among those that wait.
    position_ = std::max<std::size_t>(1, backend_.queue().waiting() - backend_.queued());
  }
}

QueueTicket::~QueueTicket() {
  if (ticket_ == nullptr) return;
  if (auto granted = leave()) backend_.give_back_slot(*granted);
}

std::optional<std::size_t> QueueTicket::leave() {
  if (server_) backend_.server(*server_).view().queued.fetch_sub(1, std::memory_order_relaxed);
  std::optional<std::size_t> granted = backend_.queue().leave(std::exchange(ticket_, nullptr));
  if (granted) return backend_.position_of_serial(*granted);
  return std::nullopt;
}

}  // namespace stickler::backend
