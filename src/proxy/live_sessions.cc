// SPDX-License-Identifier: MIT
#include "proxy/live_sessions.h"

#include <algorithm>

#include "base/assert.h"
#include "net/event_loop.h"
#include "proxy/exchange.h"

namespace stickler::proxy {
namespace {

using Doing = LiveSession::Doing;

constexpr std::size_t kShownRequest = 512;

Doing what_happens(const ExchangeRecord& record) {
  const Timers& timers = record.timers;
  if (timers.response >= Duration{0}) return Doing::relay;
  if (timers.connect >= Duration{0}) return Doing::response;
  if (timers.queue >= Duration{0}) return Doing::connect;
  return record.backend_id == kNobody ? Doing::request : Doing::queue;
}

LiveSession show(const ExchangeRecord& record, Doing doing, Duration age) {
  LiveSession shown;
  shown.doing = doing;
  shown.client = record.client.text();
  shown.listener = record.listener;
  if (record.backend_id != kNobody) shown.backend = record.backend;
  shown.server = record.server;
  shown.route = record.route;
  shown.request_line = record.request_line.substr(0, kShownRequest);
  if (!record.server.empty()) shown.reason = balance::to_string(record.reason);
  shown.age = age;
  return shown;
}

}  // namespace

std::string_view to_string(Doing doing) {
  switch (doing) {
    case Doing::request:
      return "request";
    case Doing::queue:
      return "queue";
    case Doing::connect:
      return "connect";
    case Doing::response:
      return "response";
    case Doing::relay:
      return "relay";
    case Doing::tunnel:
      return "tunnel";
  }
  ASSERT(false);
  return {};
}

std::vector<LiveSession> live_sessions(Service& service, std::size_t most) {
  const TimePoint now = net::now();
  std::vector<LiveSession> sessions;
  // Either list has the oldest first, and tunnels are mostly older than requests.
  service.tunnels().for_each([&](UpgradedConnection& tunnel) {
    if (sessions.size() == most) return;
    sessions.push_back(show(tunnel.record.unpark(), Doing::tunnel, now - tunnel.began));
  });
  service.exchanges().for_each([&](LiveExchange& exchange) {
    if (sessions.size() == most) return;
    sessions.push_back(show(exchange.record, what_happens(exchange.record), now - exchange.began));
  });
  std::ranges::sort(sessions, std::greater{}, &LiveSession::age);
  return sessions;
}

}  // namespace stickler::proxy
