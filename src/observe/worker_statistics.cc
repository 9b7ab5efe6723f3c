// SPDX-License-Identifier: MIT
#include "observe/worker_statistics.h"

namespace stickler::observe {
namespace {

using proxy::ExchangeRecord;
using proxy::kNobody;
using ReasonKind = balance::Reason::Kind;

constexpr unsigned kBadRequest = 400;
constexpr unsigned kTooLarge = 413;

Count response_class(unsigned status) {
  const unsigned hundreds = status / 100;
  if (hundreds < 1 || hundreds > 5) return Count::responses_other;
  return static_cast<Count>(static_cast<unsigned>(Count::responses_1xx) + hundreds - 1);
}

bool head_was_read(const ExchangeRecord& record) { return record.timers.head >= Duration{0}; }
// Else the answer, if any, is one of our own.
bool server_answered(const ExchangeRecord& record) { return record.timers.response >= Duration{0}; }

// No server was asked, and none would have been.
bool answered_here(const ExchangeRecord& record) { return record.ended_in == 'R'; }

// Requests that were the client's mistake, or for nobody but us, by HAProxy's flags.
void count_refusals(const ExchangeRecord& record, Counters& listener) {
  const bool refused = record.ended_by == 'P' && record.at_fault != proxy::Who::server;
  if (!head_was_read(record) || (refused && record.status == kBadRequest)) {
    listener.count(Count::bad_requests);
  } else if (refused && record.status == kTooLarge) {
    listener.count(Count::denied_requests);
  } else if (record.ended_by == 'L') {
    listener.count(Count::local_answers);
  }
}

void count_failures(const ExchangeRecord& record, Counters& counters) {
  const char who = record.ended_by;
  const char phase = record.ended_in;
  if (who == '-') return;
  if (who == 'C') counters.count(Count::client_aborts);
  if (record.at_fault == proxy::Who::client) return;
  if (phase == 'Q' || phase == 'C') {
    counters.count(Count::connect_errors);
    if (who == 's' && phase == 'Q') counters.count(Count::queue_timeouts);
    return;
  }
  if (who == 'S' && phase == 'D') counters.count(Count::server_aborts);
  if (who == 'S' || who == 's' || phase == 'H') counters.count(Count::response_errors);
}

// The last try; those before it have been told as failed attempts.
void count_try(const ExchangeRecord& record, Counters& counters) {
  const bool connected = record.timers.connect >= Duration{0};
  if (!connected && record.ended_in != 'C') return;
  counters.count(record.reused ? Count::reuses : Count::connects);
  if (connected && !record.reused) counters.add(Span::connect, record.timers.connect);
}

void count_spans(const ExchangeRecord& record, Counters& counters) {
  const proxy::Timers& timers = record.timers;
  if (timers.queue >= Duration{0}) counters.add(Span::queue, timers.queue);
  if (server_answered(record)) counters.add(Span::response, timers.response);
  if (!record.tunnel) counters.add(Span::total, timers.total);
}

bool chosen_by_algorithm(const ExchangeRecord& record) {
  const ReasonKind kind = record.reason.kind;
  return kind == ReasonKind::balanced || kind == ReasonKind::redispatched ||
         kind == ReasonKind::pin_down;
}

// What a listener, a backend and a server have in common: a request at its beginning, …
void count_arrival(const ExchangeRecord& record, std::uint32_t second, Counters& counters) {
  counters.count(Count::requests);
  counters.requests.count(second);
  if (record.tunnel) counters.count(Count::tunnels_begun);
}

// … what is known of it once it has been answered, …
void count_answer(const ExchangeRecord& record, Counters& counters) {
  count_try(record, counters);
  count_spans(record, counters);
  if (chosen_by_algorithm(record)) counters.count(Count::balanced);
  if (record.cookie.presented == 'D') counters.count(Count::moved_sessions);
}

// How much was going on meanwhile. Whoever is done does not count itself any more; a tunnel that
// has just begun does.
void note_load(const ExchangeRecord& record, bool begun, Counters& backend, Counters* server) {
  const std::size_t itself = begun ? 0 : 1;
  backend.most_active.raise_to(record.backend_active + itself);
  backend.most_queued.raise_to(record.backend_queue + record.server_queue);
  if (server == nullptr) return;
  server->most_active.raise_to(record.server_active + itself);
  server->most_queued.raise_to(record.server_queue);
}

// … and at its end.
void count_bytes(const ExchangeRecord& record, Counters& counters) {
  counters.count(Count::bytes_in, record.head_bytes + record.bytes_from_client);
  counters.count(Count::bytes_out, record.bytes_to_client);
  if (record.tunnel) counters.count(Count::tunnels_ended);
}

}  // namespace

void WorkerStatistics::exchange_ended(const ExchangeRecord& record) {
  const Concerned concerned = concerned_by(record);
  // Of a tunnel the beginning has been counted: it may be a day ago.
  if (!record.tunnel) count_request(record, concerned);
  count_end(record, concerned);
  if (next_ != nullptr) next_->exchange_ended(record);
}

void WorkerStatistics::tunnel_began(const ExchangeRecord& record) {
  count_request(record, concerned_by(record));
  if (next_ != nullptr) next_->tunnel_began(record);
}

WorkerStatistics::Concerned WorkerStatistics::concerned_by(const ExchangeRecord& record) {
  Concerned concerned{at(Counted::listener, record.listener_id), nullptr, nullptr};
  if (record.backend_id == kNobody || answered_here(record)) return concerned;
  concerned.backend = &at(Counted::backend, record.backend_id);
  if (record.server_id != kNobody) concerned.server = &at(Counted::server, record.server_id);
  return concerned;
}

void WorkerStatistics::count_request(const ExchangeRecord& record, const Concerned& concerned) {
  const WallTime now = record.accepted + record.timers.total;
  const std::uint32_t second = second_of(now);
  const Count response = response_class(record.status);
  count_arrival(record, second, concerned.listener);
  concerned.listener.count(response);
  count_refusals(record, concerned.listener);
  if (concerned.backend == nullptr) return;
  note_load(record, record.tunnel, *concerned.backend, concerned.server);
  count_arrival(record, second, *concerned.backend);
  concerned.backend->count(response);
  count_answer(record, *concerned.backend);
  if (concerned.server == nullptr) return;
  count_arrival(record, second, *concerned.server);
  if (server_answered(record)) concerned.server->count(response);
  count_answer(record, *concerned.server);
  if (record.session != 0) note_session(record, now);
}

void WorkerStatistics::count_end(const ExchangeRecord& record, const Concerned& concerned) {
  count_bytes(record, concerned.listener);
  for (Counters* counters : {concerned.backend, concerned.server}) {
    if (counters == nullptr) return;
    count_bytes(record, *counters);
    // Somebody always ends a tunnel: that is no abort.
    if (!record.tunnel) count_failures(record, *counters);
  }
}

void WorkerStatistics::note_session(const ExchangeRecord& record, WallTime when) {
  Sketch& sketch = sketches_[record.server_id];
  SessionSketch* sessions = sketch.made.load(std::memory_order_relaxed);
  if (sessions == nullptr) {
    sketch.owned = std::make_unique<SessionSketch>();
    sessions = sketch.owned.get();
    sketch.made.store(sessions, std::memory_order_release);
  }
  sessions->saw(record.session, minute_of(when));
}

const SessionSketch* WorkerStatistics::sessions(std::size_t server_id) const {
  const Sketch* sketch = sketches_.find(server_id);
  return sketch == nullptr ? nullptr : sketch->made.load(std::memory_order_acquire);
}

// The server that was left; what the request comes to in the end is in its record.
void WorkerStatistics::attempt_failed(const proxy::FailedAttempt& attempt) {
  Count what = Count::retries;
  if (attempt.next == proxy::Next::fresh) what = Count::stale_reuses;
  if (attempt.next == proxy::Next::other_server) what = Count::redispatches;
  Counters& server = at(Counted::server, attempt.server_id);
  for (Counters* counters : {&at(Counted::backend, attempt.backend_id), &server}) {
    counters->count(what);
    // Only the end of a kept connection is followed by a fresh one (repeat_policy.h).
    counters->count(what == Count::stale_reuses ? Count::reuses : Count::connects);
  }
  if (what == Count::redispatches) server.count(Count::requests);
  if (next_ != nullptr) next_->attempt_failed(attempt);
}

void WorkerStatistics::connection_accepted(std::size_t listener_id, WallTime when) {
  Counters& listener = at(Counted::listener, listener_id);
  listener.count(Count::connections);
  listener.connections.count(second_of(when));
  if (next_ != nullptr) next_->connection_accepted(listener_id, when);
}

void WorkerStatistics::not_understood(const proxy::BadMessage& message) {
  if (next_ != nullptr) next_->not_understood(message);
}

void WorkerStatistics::handshake_ended(std::size_t listener_id, proxy::Handshake outcome) {
  Counters& listener = at(Counted::listener, listener_id);
  if (outcome == proxy::Handshake::failed) {
    listener.count(Count::handshakes_failed);
  } else {
    listener.count(Count::handshakes);
    if (outcome == proxy::Handshake::resumed) listener.count(Count::handshakes_resumed);
  }
  if (next_ != nullptr) next_->handshake_ended(listener_id, outcome);
}

}  // namespace stickler::observe
