// SPDX-License-Identifier: MIT
#include "backend/server.h"

#include "base/assert.h"

namespace stickler::backend {
namespace {

std::size_t next_serial() {
  static std::atomic<std::size_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

Server::Server(const config::Server& settings, std::size_t id)
    : settings_(settings), id_(id), serial_(next_serial()), file_weight_(settings.weight) {
  view_.name = settings.name;
  view_.cookie = settings.cookie;
  view_.formerly = settings.formerly;
  view_.backup = settings.backup;
  view_.maxconn = settings.maxconn;
  view_.weight = settings.weight;
  address_ = net::Address::parse(settings.address);
}

bool Server::is(const config::Server& settings) const {
  return settings.name == settings_.name && settings.address == settings_.address &&
         settings.cookie == settings_.cookie && settings.formerly == settings_.formerly &&
         settings.backup == settings_.backup;
}

void Server::adopt(const config::Server& settings) {
  if (settings.weight != file_weight_) view_.weight = settings.weight;
  file_weight_ = settings.weight;
  view_.maxconn = settings.maxconn;
}

std::optional<net::Address> Server::address() const {
  std::lock_guard lock(address_mutex_);
  return address_;
}

void Server::set_address(const net::Address& address) {
  std::lock_guard lock(address_mutex_);
  address_ = address;
  begin_era();
}

// Taking and giving back are sequentially consistent with WaitQueue's count of waiters: a waiter
// that found no slot is seen by whoever gives one back afterwards.
bool Server::try_take_slot() {
  const std::uint32_t most = view_.maxconn.load(std::memory_order_relaxed);
  if (most == 0) {
    view_.active.fetch_add(1);
    return true;
  }
  std::uint32_t active = view_.active.load();
  while (active < most) {
    if (view_.active.compare_exchange_weak(active, active + 1)) return true;
  }
  return false;
}

void Server::give_back_slot() {
  std::uint32_t before = view_.active.fetch_sub(1);
  ASSERT(before > 0);
}

}  // namespace stickler::backend
