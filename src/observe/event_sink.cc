// SPDX-License-Identifier: MIT
#include "observe/event_sink.h"

#include <utility>

#include "base/log.h"

namespace stickler::observe {
namespace {

constexpr std::size_t kToldRequestLine = 1024;

std::string_view request_of(const proxy::ExchangeRecord& record) {
  return std::string_view(record.request_line).substr(0, kToldRequestLine);
}

constexpr std::size_t kShownRequest = 200;

// Another server answered than its cookie named, or than was asked first.
bool has_moved(const proxy::ExchangeRecord& record) {
  return record.reason.kind == balance::Reason::Kind::redispatched && !record.server.empty();
}

// An error page refers to it; in HAProxy's format the access log has no place for it.
std::string id_of(const proxy::ExchangeRecord& record) {
  return record.request_id.empty() ? "" : " [" + record.request_id + "]";
}

}  // namespace

void EventSink::exchange_ended(const proxy::ExchangeRecord& record) {
  const bool moved = has_moved(record);
  // Of a tunnel that has been said at its beginning.
  if (moved && !record.tunnel) note_move(record);
  if (!record.failure.empty()) {
    log_info("{}: {}: {}/{}: \"{}\" {}: {} ({}){}", record.listener, record.client.host(),
             record.backend, record.server.empty() ? "-" : record.server, request_of(record),
             record.status, record.failure, balance::to_string(record.reason), id_of(record));
  } else if (moved) {
    log_info("{}: {}: {}/{}: \"{}\" {}{}", record.listener, record.client.host(), record.backend,
             record.server, request_of(record), balance::to_string(record.reason), id_of(record));
  }
  next_.exchange_ended(record);
}

void EventSink::tunnel_began(const proxy::ExchangeRecord& record) {
  if (has_moved(record)) note_move(record);
  next_.tunnel_began(record);
}

void EventSink::note_move(const proxy::ExchangeRecord& record) {
  Move move;
  move.when = record.accepted + record.timers.total;
  move.session = record.session;
  move.backend = record.backend;
  move.from = record.reason.subject;
  move.to = record.server;
  move.reason = balance::to_string(record.reason);
  move.request = record.request_line.substr(0, kShownRequest);
  events_.note(std::move(move));
}

}  // namespace stickler::observe
