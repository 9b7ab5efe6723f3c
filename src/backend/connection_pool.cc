// SPDX-License-Identifier: MIT
#include "backend/connection_pool.h"

#include <algorithm>

#include "net/event_loop.h"

namespace stickler::backend {
namespace {

constexpr std::size_t kSparePlaces = 128;

}  // namespace

void ConnectionPool::Idle::keep(std::unique_ptr<ServerConnection> idle, ConnectionPool& owner) {
  pool = &owner;
  connection = std::move(idle);
  net::EventLoop& loop = net::EventLoop::current();
  net::WaitSlot& slot = connection->socket().read_slot();
  slots[0] = &slot;
  slot = this;
  loop.deadlines().start(*this, pool->keepalive_, loop.now());
}

std::unique_ptr<ServerConnection> ConnectionPool::Idle::take() {
  if (connection != nullptr) net::EventLoop::current().ready().forget(*this);
  return std::move(connection);
}

// At each request one is taken and one given back.
Spares<ConnectionPool::Idle>& ConnectionPool::spare_places() {
  thread_local Spares<Idle> spares(kSparePlaces);
  return spares;
}

ConnectionPool::ConnectionPool(std::size_t servers, Duration keepalive, std::size_t max_idle)
    : keepalive_(keepalive), max_idle_(max_idle), idle_(servers) {}

ConnectionPool::~ConnectionPool() = default;

std::unique_ptr<ServerConnection> ConnectionPool::borrow(std::size_t server) {
  auto& idle = idle_[server];
  while (!idle.empty()) {
    std::unique_ptr<Idle> last = std::move(idle.back());
    idle.pop_back();
    // Its event has come but its turn in the ready queue has not: as good as closed.
    if (last->queued) continue;
    std::unique_ptr<ServerConnection> connection = last->take();
    spare_places().give_back(std::move(last));
    return connection;
  }
  return nullptr;
}

void ConnectionPool::give_back(std::unique_ptr<ServerConnection> connection) {
  // Closed meanwhile, or more bytes than asked for.
  if (max_idle_ == 0 || !connection->socket().looks_drained()) return;
  auto& idle = idle_[connection->server()];
  if (idle.size() >= max_idle_) idle.erase(idle.begin());
  std::unique_ptr<Idle> place = spare_places().take();
  place->keep(std::move(connection), *this);
  idle.push_back(std::move(place));
}

void ConnectionPool::clear(std::size_t server) { idle_[server].clear(); }

void ConnectionPool::clear() {
  for (auto& idle : idle_) idle.clear();
}

void ConnectionPool::retire() {
  max_idle_ = 0;
  clear();
}

void ConnectionPool::on_event(net::Waiter& waiter) {
  auto& idle = static_cast<Idle&>(waiter);
  idle.pool->drop(idle);
}

void ConnectionPool::drop(Idle& dropped) {
  auto& idle = idle_[dropped.connection->server()];
  auto found = std::ranges::find_if(idle, [&](const auto& each) { return each.get() == &dropped; });
  if (found != idle.end()) idle.erase(found);
}

}  // namespace stickler::backend
