// SPDX-License-Identifier: MIT
#include "proxy/attempts.h"

#include <algorithm>

#include "balance/session_key.h"
#include "base/log.h"
#include "net/event_loop.h"
#include "proxy/chunk_frame.h"
#include "proxy/question.h"
#include "proxy/request_edits.h"

namespace stickler::proxy {
namespace {

using backend::Received;

// How soon to look again for a free descriptor.
constexpr Duration kShortagePause = std::chrono::milliseconds(20);

Failure client_gone() { return {Who::client, Phase::response_head, Why::closed}; }

}  // namespace

Attempts::Attempts(ClientConnection& client, const http::RequestHead& head,
                   const config::Route* route, const Destination& destination, Service& service,
                   ExchangeRecord& record)
    : client_(client),
      head_(head),
      route_(route),
      backend_(*destination.backend),
      service_(service),
      record_(record),
      upload_(client, service),
      question_(question_of(destination, route, head, client.facts().address,
                            net::EventLoop::current().wall_seconds())),
      began_waiting_(net::now()) {
  question_.preview = previewed_server(client.facts().generation->snapshot());
  if (question_.mapped.bucket && !question_.pin) {
    const config::Backend& settings = backend_.settings();
    gate_ = &service.gate(settings.cluster, settings.map->buckets);
  }
  if (backend_.stick() != nullptr) ask_table();
}

net::Task<std::optional<Failure>> Attempts::run() {
  for (;;) {
    std::optional<Failure> failure = co_await reserve_server();
    if (failure) co_return failure;
    failure = co_await attempt();
    if (!failure) co_return std::nullopt;
    co_await upload_.stop();
    if (pass_ != nullptr && !pass_->may_write()) failure = why_cut(*failure);
    if (failure->why == Why::moving && failure->repeat == Repeat::always) {
      let_go();
      continue;
    }
    bool again = plan_repeat(*failure);
    if (!again) co_return failure;
    co_await pause_before_repeat(*failure);
  }
}

// ---- One try at one server ----

net::Task<std::optional<Failure>> Attempts::attempt() {
  std::optional<Failure> failure;
  if (!takes_kept_connection()) failure = co_await connect();
  if (failure) co_return failure;
  failure = co_await send_request();
  if (failure) co_return failure;
  co_return co_await await_response();
}

bool Attempts::takes_kept_connection() {
  if (!fresh_only_) connection_ = kept_connection();
  record_.reused = connection_ != nullptr;
  if (record_.reused) note_connected();
  return record_.reused;
}

net::Task<std::optional<Failure>> Attempts::connect() {
  if (pass_ != nullptr) pass_->waits_in(&waiting_in_);
  const std::uint32_t era = backend_.server(slot_.server()).era();
  std::optional<net::Address> address = backend_.server(slot_.server()).address();
  if (!address) {
    co_return Failure{Who::server, Phase::connect, Why::refused, Repeat::always,
                      "the server's name does not resolve"};
  }
  ClientWatch watch(client_, &waiting_in_);
  net::ConnectResult connected =
      co_await net::connect_to(*address, backend_.settings().timeouts.connect, &waiting_in_);
  if (connected.out_of_descriptors()) {
    connected = co_await connect_with_scarce_descriptors(*address);
  }
  if (client_.gone()) co_return Failure{Who::client, Phase::connect, Why::closed};
  if (connected.out_of_descriptors()) {
    co_return Failure{Who::us, Phase::connect, Why::refused, Repeat::never,
                      "no descriptor was free in time (timeouts.connect)"};
  }
  if (!connected.ok()) {
    Why why = connected.error == ETIMEDOUT ? Why::timed_out : Why::refused;
    co_return Failure{Who::server, Phase::connect, why, Repeat::always};
  }
  connection_ =
      std::make_unique<backend::ServerConnection>(std::move(connected.socket), slot_.server(), era);
  note_connected();
  co_return std::nullopt;
}

void Attempts::note_connected() {
  if (pass_ != nullptr) pass_->runs_on(&connection_->stream());
  connected_at_ = net::now();
  record_.timers.connect = connected_at_ - chosen_at_;
}

// An idle connection that still leads to where the server is; null if there is none.
std::unique_ptr<backend::ServerConnection> Attempts::kept_connection() {
  backend::ConnectionPool& pool = client_.facts().generation->pool(backend_);
  const std::uint32_t era = backend_.server(slot_.server()).era();
  for (;;) {
    std::unique_ptr<backend::ServerConnection> kept = pool.borrow(slot_.server());
    if (kept == nullptr || kept->era() == era) return kept;
  }
}

// Neither server nor client is to blame: what lies idle is closed, and then others' ends awaited.
net::Task<net::ConnectResult> Attempts::connect_with_scarce_descriptors(net::Address address) {
  const Duration limit = backend_.settings().timeouts.connect;
  const TimePoint began = net::now();
  for (;;) {
    service_.close_idle_connections();
    net::ConnectResult connected = co_await net::connect_to(address, limit, &waiting_in_);
    bool too_late = limit != kNoLimit && net::now() - began >= limit;
    if (!connected.out_of_descriptors() || too_late || client_.gone()) co_return connected;
    net::WaitSlot slot = nullptr;
    waiting_in_ = &slot;
    co_await net::pause(kShortagePause, slot);
    waiting_in_ = nullptr;
  }
}

// The head and what of the body is here, in one flight; the rest follows beside the response.
net::Task<std::optional<Failure>> Attempts::send_request() {
  co_await net::send_turn();
  const config::Backend& settings = backend_.settings();
  connection_->begin({settings.max_head, settings.max_head, settings.max_fields});
  RequestContext context{client_.facts(),
                         route_,
                         backend_,
                         backend_.server(slot_.server()),
                         question_.cookie.state,
                         question_.preview.has_value(),
                         record_.request_id,
                         pass_ != nullptr ? pass_->epoch() : 0};
  FieldList& fields = service_.request_fields();
  edit_request(head_, context, fields);

  RequestBodyPart early = client_.early_body();
  if (early.result != ClientResult::done) {
    co_return Failure{Who::client, Phase::response_head, Why::invalid};
  }
  bool chunked = head_.body.kind == http::BodyKind::chunked;
  std::string chunk_lines;
  net::Flight flight{std::string_view{}, early.payload, std::string_view{}};
  if (chunked)
    flight = chunk_frame(early.payload, early.last, client_.body_trailers(), chunk_lines);
  net::BufferLease memory = net::BufferPool::local().lease(
      request_size(head_, fields) + chunk_lines.size() + net::kCheaplyCopied);
  http::HeadWriter writer(memory.data(), memory.size());
  write_request(head_, fields, writer);
  writer.raw(flight[0]);
  if (flight[1].size() <= net::kCheaplyCopied) {
    writer.raw(flight[1]);
    flight[1] = {};
  }
  flight[0] = writer.written();
  net::Stream& stream = connection_->stream();
  net::WriteResult written;
  if (!net::write_at_once(stream, flight, written)) {
    written = co_await net::write_rest(stream, flight, written, settings.timeouts.server);
  }
  if (written.kind == net::WriteResult::Kind::timed_out) {
    co_return Failure{Who::server, Phase::response_head, Why::timed_out};
  }
  // If anything went out an answer may come nevertheless.
  if (!written.done() && !written.any_sent) {
    co_return Failure{Who::server, Phase::response_head, Why::closed, Repeat::always};
  }
  if (early.last) upload_.came_whole(early.payload.size());
  if (!early.last && written.done()) begin_upload(early.payload);
  co_return std::nullopt;
}

void Attempts::begin_upload(std::string_view early) {
  std::uint64_t max_body = client_.facts().listener->settings.max_body;
  if (route_ != nullptr && route_->max_body) max_body = *route_->max_body;
  Upload::Limits limits{client_.facts().listener->settings.timeouts.body,
                        backend_.settings().timeouts.server, max_body};
  if (head_.expects_continue) upload_.await_permission();
  upload_.start(*connection_, head_.body.kind == http::BodyKind::chunked, early.size(), limits);
}

// Interim responses are passed on; the first final one ends the wait.
net::Task<std::optional<Failure>> Attempts::await_response() {
  const Duration server_limit = backend_.settings().timeouts.server;
  waiting_in_ = &connection_->socket().read_slot();
  std::optional<ClientWatch> watch;
  for (;;) {
    bool uploading = upload_.running();
    if (!uploading && !watch && backend_.settings().abort_on_close) {
      watch.emplace(client_, &waiting_in_);
    }
    if (std::optional<Failure> failure = why_interrupted()) co_return failure;
    // While the request is still under way the server's silence is no fault, unless it is asked for
    // permission.
    bool awaited = !uploading || upload_.awaits_permission();
    Duration limit = awaited ? server_limit : kNoLimit;
    Received received = co_await connection_->read_head(head_.method, limit);
    if (received == Received::cancelled) continue;
    if (received != Received::done) co_return failed_response(received);
    unsigned status = connection_->head().status;
    if (status >= 200 || status == 101) break;
    std::optional<Failure> failure = co_await pass_on_interim();
    if (failure) co_return failure;
  }
  record_.timers.response = net::now() - connected_at_;
  co_return switched_wrongly();
}

// A tunnel is for who asked for it, and begins behind the request's body (RFC 9110 §7.8).
std::optional<Failure> Attempts::switched_wrongly() const {
  if (connection_->head().status != 101) return std::nullopt;
  Failure failure{Who::server, Phase::response_head, Why::invalid, Repeat::never};
  if (!offers_upgrade(head_)) {
    failure.detail = "the server switched protocols unasked";
  } else if (upload_.running()) {
    failure.detail = "the server switched protocols before it had the request's body";
  } else {
    return std::nullopt;
  }
  return failure;
}

net::Task<std::optional<Failure>> Attempts::pass_on_interim() {
  const http::ResponseHead& interim = connection_->head();
  OutgoingResponse outgoing;
  outgoing.status = interim.status;
  outgoing.reason = interim.reason;
  FieldList& fields = service_.response_fields();
  edit_interim(interim, backend_.settings(), fields);
  outgoing.fields = fields.fields();
  Duration limit = client_.facts().listener->settings.timeouts.client;
  ClientResult sent = co_await client_.send_interim(outgoing, limit);
  if (sent != ClientResult::done) co_return client_gone();
  if (interim.status == 100) upload_.permit();
  connection_->next_head();
  co_return std::nullopt;
}

std::optional<Failure> Attempts::why_interrupted() const {
  if (client_.gone()) return client_gone();
  return upload_.failure();
}

Failure Attempts::failed_response(Received received) const {
  Failure failure{Who::server, Phase::response_head, Why::closed, Repeat::never};
  switch (received) {
    case Received::timed_out:
      failure.why = Why::timed_out;
      break;
    case Received::invalid:
      failure.why = Why::invalid;
      failure.detail = connection_->parse_error().what;
      tell_not_understood();
      break;
    default:
      if (!connection_->answered()) failure.repeat = Repeat::if_idempotent;
  }
  return failure;
}

void Attempts::tell_not_understood() const {
  const http::ParseError& error = connection_->parse_error();
  service_.sink().not_understood(
      {net::EventLoop::current().wall_now(), client_.facts().address.text(), record_.listener,
       record_.backend, record_.server, error.what, error.position, connection_->head_bytes()});
}

// ---- What follows a failure ----

// Whether there is another try; prepares it.
bool Attempts::plan_repeat(const Failure& failure) {
  const std::size_t server = slot_.server();
  Attempted attempted;
  attempted.retries = record_.retries;
  attempted.reused = connection_ != nullptr && connection_->reused();
  attempted.idempotent = http::is_idempotent(head_.method);
  attempted.body_held = client_.early_body().last;
  attempted.fixed = fixed_;
  attempted.others_usable = others_usable(server);
  Next next = next_after(failure, attempted, backend_.settings().retry);

  pass_.reset();
  connection_.reset();
  slot_.give_back();
  insist_.reset();
  fresh_only_ = next == Next::fresh;
  if (next == Next::answer) return false;
  log_info("{}: {}/{}: {}; {}", record_.listener, backend_.name(), backend_.server(server).name(),
           describe(failure),
           next == Next::other_server ? "trying another server" : "trying again");
  service_.sink().attempt_failed({backend_.id(), backend_.server(server).id(), failure, next});
  if (next != Next::fresh) ++record_.retries;
  if (next == Next::other_server) {
    question_.last_failure = short_name(failure);
    std::erase(tried_, server);
    tried_.push_back(server);
    record_.redispatched = true;
  } else {
    insist_ = server;
    // If one kept connection was closed the others are going to be.
    if (fresh_only_) client_.facts().generation->pool(backend_).clear(server);
  }
  return true;
}

bool Attempts::others_usable(std::size_t than) const {
  for (std::size_t position = 0; position < backend_.size(); ++position) {
    if (position != than && backend_.server(position).view().accepts_new_sessions()) return true;
  }
  return false;
}

// Paced as HAProxy's retries are: only before the same server, or once all have failed; not after a
// connection that took its time to fail.
net::Task<> Attempts::pause_before_repeat(const Failure& failure) {
  bool round_over = tried_.size() >= backend_.size();
  bool paced = !fresh_only_ && failure.why != Why::timed_out && (insist_ || round_over);
  if (!paced) co_return;
  Duration pause = backend_.settings().retry.pause;
  Duration connect = backend_.settings().timeouts.connect;
  if (connect != kNoLimit) pause = std::min(pause, connect);
  net::WaitSlot slot = nullptr;
  waiting_in_ = &slot;
  {
    ClientWatch watch(client_, &waiting_in_);
    if (!client_.gone() && pause > Duration{0}) co_await net::pause(pause, slot);
  }
  waiting_in_ = nullptr;
}

// ---- The session ----

char Attempts::presented_flag() const { return balance::presented_flag(question_, named_); }

std::optional<SessionContext> Attempts::session() const {
  if (!balance::touches_session(question_)) return std::nullopt;
  return SessionContext{*backend_.settings().cookie,
                        question_.cookie,
                        slot_.server(),
                        backend_.server(slot_.server()).settings().cookie,
                        client_.facts().tls,
                        net::EventLoop::current().wall_seconds()};
}

std::uint64_t Attempts::session_key() const {
  const char presented = presented_flag();
  if (presented != 'V' && presented != 'D') return 0;
  return balance::session_key(head_.fields, question_.cookie.value, question_.client_key);
}

}  // namespace stickler::proxy
