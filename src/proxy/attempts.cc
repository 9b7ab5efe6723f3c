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
using Kind = balance::Choice::Kind;

// Up to here copying a body behind its head is cheaper than a second part in the system call.
constexpr std::size_t kCopiedBody = 4096;

// How soon to look again for a free descriptor.
constexpr Duration kShortagePause = std::chrono::milliseconds(20);

TimePoint now() { return net::EventLoop::current().now(); }

Failure client_gone() { return {Who::client, Phase::response_head, Why::closed}; }

// Whether a server whose slot was handed over still takes the request that waited.
bool may_take(const balance::Choice& choice, const balance::ServerView& server) {
  return choice.server ? server.serves_sessions() : server.accepts_new_sessions();
}

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
      began_waiting_(now()) {
  question_.preview = previewed_server(client.facts().generation->snapshot());
  if (backend_.stick() != nullptr) ask_table();
}

void Attempts::ask_table() {
  key_memory_ = std::make_unique<std::string>();
  const ConnectionFacts& facts = client_.facts();
  const std::string_view sni =
      facts.tls_facts != nullptr ? std::string_view(facts.tls_facts->sni) : "";
  question_.key =
      backend_.stick()->find(key_facts_of(head_, facts.address, sni), now(), *key_memory_);
}

std::optional<std::size_t> Attempts::previewed_server(const Snapshot& snapshot) const {
  auto preview = snapshot.previews->wanted(head_.fields, net::EventLoop::current().wall_seconds());
  if (!preview || preview->backend != backend_.name()) return std::nullopt;
  return backend_.position_of(preview->server);
}

net::Task<std::optional<Failure>> Attempts::run() {
  for (;;) {
    std::optional<Failure> failure = co_await reserve_server();
    if (failure) co_return failure;
    failure = co_await attempt();
    if (!failure) co_return std::nullopt;
    co_await upload_.stop();
    bool again = plan_repeat(*failure);
    if (!again) co_return failure;
    co_await pause_before_repeat(*failure);
  }
}

// ---- Which server ----

// Until a server is chosen and a place there is ours.
net::Task<std::optional<Failure>> Attempts::reserve_server() {
  record_.timers.connect = Duration{-1};
  while (!slot_) {
    if (client_.gone()) co_return client_gone();
    balance::Choice choice = choose();
    record_.reason = choice.reason;
    fixed_ = choice.fixed;
    if (choice.kind == Kind::refuse) {
      Why why = choice.reason.kind == balance::Reason::Kind::full ? Why::full : Why::unusable;
      co_return Failure{Who::server, Phase::queue, why};
    }
    if (choice.kind == Kind::server) {
      if (backend_.server(*choice.server).try_take_slot()) slot_ = {backend_, *choice.server};
      continue;
    }
    if (choice.server) note_server(*choice.server);
    std::optional<Failure> failure = co_await wait_for_place(choice);
    if (failure) {
      record_.timers.queue = now() - began_waiting_;
      co_return failure;
    }
  }
  note_server(slot_.server());
  // The same server again is no new choice, unless another one might have been taken.
  bool may_leave = backend_.settings().retry.redispatch == config::Retry::Redispatch::always;
  if (!insist_ || may_leave) chosen_at_ = now();
  record_.timers.queue = chosen_at_ - began_waiting_;
  co_return std::nullopt;
}

void Attempts::note_server(std::size_t server) {
  named_ = server;
  record_.server = backend_.server(server).name();
  record_.server_id = backend_.server(server).id();
}

// Of the first wait: later ones come from changes that HAProxy does not know.
void Attempts::note_position(const backend::QueueTicket& ticket, bool of_server) {
  std::size_t& noted = of_server ? record_.server_queue : record_.backend_queue;
  if (noted == 0) noted = ticket.position();
}

// Who gets a key is settled at the choice, not once the server has answered: requests that come at
// the same moment end at one server.
balance::Choice Attempts::choose() {
  constexpr int kMostRounds = 3;
  for (int round = 1;; ++round) {
    const balance::Choice choice = decide();
    const bool asks_table = question_.key.source != nullptr && !question_.pin && !question_.preview;
    if (!asks_table || !choice.server) return choice;
    const bool by_cookie = question_.cookie.server == choice.server;
    if (by_cookie) backend_.stick()->join(question_.key, *choice.server, now());
    if (!by_cookie) backend_.stick()->settle(question_.key, *choice.server, now());
    // Somebody may have been faster, with a server that this backend has: that one, then.
    const bool obeys = !by_cookie && question_.key.server && question_.key.server != choice.server;
    if (!obeys || round == kMostRounds) return choice;
  }
}

balance::Choice Attempts::decide() {
  question_.tried = tried_;
  if (insist_) {
    const balance::ServerView& same = backend_.server(*insist_).view();
    if (same.serves_sessions()) {
      Kind kind = same.has_free_slot() ? Kind::server : Kind::queue;
      return {kind, insist_, fixed_, record_.reason};
    }
    insist_.reset();
  }
  balance::Choice choice = backend_.choose(question_);
  if (choice.kind != Kind::wait || tried_.empty()) return choice;
  // All have been tried: an earlier one may do now, the last one only if it is the only one.
  tried_.erase(tried_.begin(), tried_.end() - (tried_.size() > 1 ? 1 : 0));
  question_.tried = tried_;
  return backend_.choose(question_);
}

// Whether what is to be waited for is there already. Who waits for one server looks at that one
// only: to decide anew would count the own place in its queue.
bool Attempts::found_place(const balance::Choice& awaited) {
  if (!awaited.server) return backend_.has_place(question_);
  const balance::ServerView& server = backend_.server(*awaited.server).view();
  return server.has_free_slot() || !server.serves_sessions();
}

// Waits in the backend's queue until a slot is handed over, the servers change, or time is over.
net::Task<std::optional<Failure>> Attempts::wait_for_place(balance::Choice choice) {
  if (!queue_limit_) queue_limit_.emplace(backend_.settings().timeouts.queue, nullptr);
  backend::QueueTicket ticket(backend_, choice.server, balance::servers_awaited(question_, choice));
  // What was freed a moment before we entered is not announced.
  if (found_place(choice)) co_return std::nullopt;
  note_position(ticket, choice.server.has_value());
  queue_limit_->guard(&ticket.slot());
  waiting_in_ = &ticket.slot();
  ClientWatch watch(client_, &waiting_in_);
  net::Wake woke = net::Wake::timed_out;
  if (!queue_limit_->expired() && !client_.gone()) {
    woke = co_await ticket.woken(kNoLimit);
  }
  queue_limit_->guard(nullptr);
  waiting_in_ = nullptr;
  if (std::optional<std::size_t> granted = ticket.leave()) slot_ = {backend_, *granted};
  if (slot_ && !may_take(choice, backend_.server(slot_.server()).view())) slot_.give_back();
  if (client_.gone()) co_return Failure{Who::client, Phase::queue, Why::closed};
  if (!slot_ && woke == net::Wake::timed_out) {
    co_return Failure{Who::server, Phase::queue, Why::timed_out};
  }
  co_return std::nullopt;
}

// ---- One try at one server ----

net::Task<std::optional<Failure>> Attempts::attempt() {
  std::optional<Failure> failure = co_await connect();
  if (failure) co_return failure;
  failure = co_await send_request();
  if (failure) co_return failure;
  co_return co_await await_response();
}

net::Task<std::optional<Failure>> Attempts::connect() {
  if (!fresh_only_) connection_ = kept_connection();
  record_.reused = connection_ != nullptr;
  if (record_.reused) {
    note_connected();
    co_return std::nullopt;
  }
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
  connected_at_ = now();
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
  const TimePoint began = now();
  for (;;) {
    service_.close_idle_connections();
    net::ConnectResult connected = co_await net::connect_to(address, limit, &waiting_in_);
    bool too_late = limit != kNoLimit && now() - began >= limit;
    if (!connected.out_of_descriptors() || too_late || client_.gone()) co_return connected;
    net::WaitSlot slot = nullptr;
    waiting_in_ = &slot;
    co_await net::pause(kShortagePause, slot);
    waiting_in_ = nullptr;
  }
}

// The head and what of the body is here, in one flight; the rest follows beside the response.
net::Task<std::optional<Failure>> Attempts::send_request() {
  const config::Backend& settings = backend_.settings();
  connection_->begin({settings.max_head, settings.max_head, settings.max_fields});
  RequestContext context{client_.facts(),
                         route_,
                         backend_,
                         backend_.server(slot_.server()),
                         question_.cookie.state,
                         question_.preview.has_value(),
                         record_.request_id};
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
  net::BufferLease memory = net::BufferPool::local().lease(request_size(head_, fields) +
                                                           chunk_lines.size() + kCopiedBody);
  http::HeadWriter writer(memory.data(), memory.size());
  write_request(head_, fields, writer);
  writer.raw(flight[0]);
  if (flight[1].size() <= kCopiedBody) {
    writer.raw(flight[1]);
    flight[1] = {};
  }
  flight[0] = writer.written();
  net::WriteResult written =
      co_await net::write_all(connection_->stream(), flight, settings.timeouts.server);
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
  record_.timers.response = now() - connected_at_;
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

void Attempts::learn_keys() const {
  if (backend_.stick() == nullptr || question_.pin || question_.preview) return;
  backend_.stick()->learn(connection_->head().fields, slot_.server(), now());
}

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
