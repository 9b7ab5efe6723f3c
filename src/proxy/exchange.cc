// SPDX-License-Identifier: MIT
#include "proxy/exchange.h"

#include <optional>

#include "base/log.h"
#include "net/event_loop.h"
#include "proxy/attempts.h"
#include "proxy/local_pages.h"
#include "proxy/local_reply.h"
#include "proxy/own_answer.h"
#include "proxy/relay.h"
#include "proxy/response_edits.h"

namespace stickler::proxy {
namespace {

// What is kept of a request's target, for logs: HAProxy's holds 1 kB of the line.
constexpr std::size_t kLoggedTarget = 4096;

// Its line, or one that is cut, in `memory`.
std::string_view logged_line(const http::RequestHead& head, std::string& memory) {
  if (head.target.size() <= kLoggedTarget) return head.line;
  memory = head.method_text;
  memory.append(" ").append(head.target, 0, kLoggedTarget);
  memory.append(head.version_minor == 0 ? " HTTP/1.0" : " HTTP/1.1");
  return memory;
}

std::string_view page_name(PageRequest::Kind kind) {
  if (kind == PageRequest::Kind::cluster) return kClusterPage;
  return kind == PageRequest::Kind::stats ? kStatsPage : kMetricsPage;
}

class Exchange {
 public:
  Exchange(ClientConnection& client, const http::RequestHead& head, RequestTiming timing,
           Service& service);

  net::Task<std::unique_ptr<UpgradedConnection>> run();

 private:
  using Upgraded = std::unique_ptr<UpgradedConnection>;

  std::optional<LocalReply> local_answer();
  std::optional<PageFound> requested_page();
  net::Task<> serve_page(PageFound found);
  std::optional<LocalReply> preview_link();
  net::Task<> reply(LocalReply reply);
  net::Task<> reply_to_failure(const Failure& failure);
  net::Task<Upgraded> serve_by_server();
  net::Task<std::optional<Failure>> relay(Attempts& attempts);
  net::Task<> settle(Attempts& attempts, bool relayed);
  Upgraded upgrade(Attempts& attempts);
  void note_failure(const Failure& failure);
  void end();

  const config::Listener& listener() const { return client_.facts().listener->settings; }
  std::uint64_t max_body() const;
  std::uint64_t known_body();

  ClientConnection& client_;
  const http::RequestHead& head_;
  Service& service_;
  const TimePoint began_;
  const config::Route* route_;
  Destination destination_;
  std::string cut_line_;
  ExchangeRecord record_;
  LiveExchange live_;
  Parties parties_;
};

// 1. Which route it takes.
Exchange::Exchange(ClientConnection& client, const http::RequestHead& head, RequestTiming timing,
                   Service& service)
    : client_(client),
      head_(head),
      service_(service),
      began_(timing.began),
      route_(client.facts().listener->routes.match(head)),
      destination_(client.facts().generation->snapshot().destination(*client.facts().listener,
                                                                     route_, head)),
      record_(bad_request_record(client.facts(), timing)),
      live_(record_, began_),
      parties_{client.facts().listener, destination_.backend, std::nullopt} {
  record_.request_line = logged_line(head, cut_line_);
  record_.request_id = request_id_of(head, client.facts(), service.request_ids());
  record_.head_bytes = head.size;
  record_.timers.head = net::now() - began_;
  record_.status = 0;
  service.exchanges().join(live_);
  if (route_ != nullptr) record_.route = route_->name;
  if (destination_.backend == nullptr) return;
  record_.backend = destination_.backend->name();
  record_.backend_id = destination_.backend->id();
}

net::Task<std::unique_ptr<UpgradedConnection>> Exchange::run() {
  Upgraded upgraded;
  if (std::optional<PageFound> page = requested_page()) {
    co_await serve_page(*page);
  } else if (std::optional<LocalReply> link = preview_link()) {
    co_await reply(std::move(*link));
  } else if (std::optional<LocalReply> answer = local_answer()) {
    co_await reply(std::move(*answer));
  } else {
    upgraded = co_await serve_by_server();
  }
  if (upgraded == nullptr) end();
  co_return upgraded;
}

// 2. What needs no server.
std::optional<LocalReply> Exchange::local_answer() {
  std::optional<OwnAnswer> own = own_answer(*client_.facts().listener, route_, destination_, head_);
  if (own) return std::move(own->reply);
  if (max_body() > 0 && known_body() > max_body()) return error_reply(413, true);
  return std::nullopt;
}

// A signed link to a server (preview.h). Others' paths of that form are passed on.
std::optional<LocalReply> Exchange::preview_link() {
  const std::time_t now = net::EventLoop::current().wall_seconds();
  const Snapshot& snapshot = client_.facts().generation->snapshot();
  auto preview = snapshot.previews->linked(head_.path, now);
  if (!preview) return std::nullopt;
  LocalReply answer;
  answer.status = 303;
  answer.location = "/";
  answer.no_cache = true;
  answer.set_cookie = preview_cookie(head_.path.substr(kPreviewPath.size()), preview->expiry - now,
                                     client_.facts().tls);
  return answer;
}

std::optional<PageFound> Exchange::requested_page() {
  std::optional<PageFound> page = find_page(listener(), head_.path);
  if (!page || service_.pages() == nullptr || !service_.pages()->makes(page->kind)) {
    return std::nullopt;
  }
  return page;
}

// What is said about the program itself, which no backend has to do with.
net::Task<> Exchange::serve_page(PageFound found) {
  record_.page = page_name(found.kind);
  record_.backend = record_.listener;
  record_.backend_id = kNobody;
  record_.route = {};
  if (!may_see(*found.page, head_.fields)) {
    co_await reply(ask_for_password());
    co_return;
  }
  PageRequest request{found.kind,
                      found.page,
                      listener().name,
                      client_.facts().client,
                      std::string(head_.method_text),
                      std::string(head_.path),
                      std::string(found.options),
                      std::string(head_.query)};
  PageAnswer page = co_await service_.pages()->make(std::move(request));
  LocalReply answer = answer_page(page);
  co_await reply(std::move(answer));
}

// The announced length of the request's body, or what of it is here.
std::uint64_t Exchange::known_body() {
  if (head_.body.kind == http::BodyKind::length) return head_.body.length;
  return client_.early_body().payload.size();
}

std::uint64_t Exchange::max_body() const {
  return route_ != nullptr && route_->max_body ? *route_->max_body : listener().max_body;
}

net::Task<> Exchange::reply(LocalReply reply) {
  reply.request_id = record_.request_id;
  record_.status = reply.status;
  if (record_.ended_by == '-') {
    record_.ended_by = reply.status == 413 || reply.status == 400 ? 'P' : 'L';
    record_.ended_in = 'R';
  }
  // A client that waits for permission may or may not send its body now: nobody can tell.
  if (head_.expects_continue && !client_.body_ended()) reply.close = true;
  bool close = reply.close;
  ClientResult sent = co_await send_reply(client_, head_, route_, std::move(reply), service_);
  if (sent == ClientResult::done && !close && !client_.body_ended()) {
    co_await client_.discard_body(listener().timeouts.discard);
  }
}

net::Task<> Exchange::reply_to_failure(const Failure& failure) {
  note_failure(failure);
  bool client_left = failure.who == Who::client && failure.why == Why::closed;
  if (client_left) {
    client_.cut();
    co_return;
  }
  bool close = !client_.body_ended() || failure.who == Who::client;
  co_await reply(error_reply(status_of(failure), close));
}

// 3. to 5.
net::Task<std::unique_ptr<UpgradedConnection>> Exchange::serve_by_server() {
  Attempts attempts(client_, head_, route_, destination_, service_, record_);
  std::optional<Failure> failure = co_await attempts.run();
  parties_.server = attempts.named_server();
  record_.cookie.presented = attempts.presented_flag();
  // Until an answer carries a cookie; HAProxy says '-' only where there are none at all.
  if (record_.cookie.presented != '-') record_.cookie.given = 'N';
  if (failure) {
    record_.bytes_from_client = attempts.upload().bytes();
    co_await reply_to_failure(*failure);
    co_return nullptr;
  }
  record_.session = attempts.session_key();
  failure = co_await relay(attempts);
  if (!failure && record_.status == 101) co_return upgrade(attempts);
  if (failure) note_failure(*failure);
  co_await settle(attempts, !failure);
  bool unanswered = failure && failure->phase == Phase::response_head;
  if (unanswered) {
    if (record_.cookie.given != '-') record_.cookie.given = 'N';
    co_await reply_to_failure(*failure);
  }
  co_return nullptr;
}

// 4. The response, edited, on its way to the client.
net::Task<std::optional<Failure>> Exchange::relay(Attempts& attempts) {
  const http::ResponseHead& response = attempts.connection().head();
  record_.status = response.status;
  if (attempts.may_learn_keys()) co_await attempts.learn_keys();
  Variables variables = variables_of(client_.facts(), route_, head_, record_.request_id);
  variables.server = record_.server;
  variables.backend = record_.backend;
  std::optional<SessionContext> session = attempts.session();
  const config::Backend& backend = destination_.backend->settings();
  ResponseContext context{listener(), route_, backend, variables, session ? &*session : nullptr};
  FieldList& fields = service_.response_fields();
  char given = edit_response(response, context, fields);
  record_.cookie.given = given;

  OutgoingResponse outgoing;
  outgoing.status = response.status;
  outgoing.reason = response.reason;
  outgoing.fields = fields.fields();
  outgoing.body = response.body;
  outgoing.upgrade = response.upgrade;
  // A final answer instead of the permission: whether a body follows nobody can tell.
  outgoing.close = attempts.upload().awaits_permission();
  RelayLimits limits{listener().timeouts.client, backend.timeouts.server, backend.abort_on_close};
  co_return co_await relay_response(attempts.connection(), client_, attempts.upload(), outgoing,
                                    limits, service_);
}

// 5. The server's connection goes back to the pool, or away; a body nobody wants is read to its
// end.
net::Task<> Exchange::settle(Attempts& attempts, bool relayed) {
  bool uploaded =
      !attempts.upload().running() && !attempts.upload().fell_short() && client_.body_ended();
  if (attempts.upload().running()) co_await attempts.upload().stop();
  record_.bytes_from_client = attempts.upload().bytes();
  std::unique_ptr<BucketPass> pass = attempts.take_pass();
  std::unique_ptr<backend::ServerConnection> connection = attempts.take_connection();
  bool clean = connection->finish() && (pass == nullptr || !pass->is_cut());
  pass.reset();
  if (relayed && clean && uploaded && !service_.stopping()) {
    client_.facts().generation->pool(*destination_.backend).give_back(std::move(connection));
  }
  connection.reset();
  attempts.take_slot().give_back();
  if (relayed && !client_.body_ended()) {
    co_await client_.discard_body(listener().timeouts.discard);
  }
}

std::unique_ptr<UpgradedConnection> Exchange::upgrade(Attempts& attempts) {
  const config::Timeouts& timeouts = destination_.backend->settings().timeouts;
  record_.bytes_to_client = client_.bytes_sent();
  record_.timers.total = net::now() - began_;
  record_.tunnel = true;
  note_load(record_, parties_, service_);
  service_.sink().tunnel_began(record_);
  live_.leave();
  ParkedRecord record(record_);
  std::string from_client;
  auto client = client_.become_tunnel(from_client);
  std::unique_ptr<backend::ServerConnection> server = attempts.take_connection();
  auto upgraded =
      std::make_unique<UpgradedConnection>(std::move(client), std::move(server->socket()),
                                           TunnelLimits{timeouts.tunnel, timeouts.tunnel_age});
  upgraded->generation = client_.facts().generation;
  upgraded->slot = attempts.take_slot();
  upgraded->record = std::move(record);
  upgraded->listener = parties_.listener;
  upgraded->began = began_;
  upgraded->pass = attempts.take_pass();
  service_.tunnels().join(*upgraded);
  if (upgraded->pass != nullptr) {
    upgraded->pass->becomes_tunnel(*upgraded->client, upgraded->server);
  }
  upgraded->tunnel.send_early(server->surplus(), from_client);
  return upgraded;
}

void Exchange::note_failure(const Failure& failure) {
  TerminationFlags flags = flags_of(failure);
  record_.ended_by = flags.who;
  record_.ended_in = flags.phase;
  record_.at_fault = failure.who;
  record_.failure = describe(failure);
}

// 6. What happened, for those who want to know.
void Exchange::end() {
  record_.timers.total = net::now() - began_;
  record_.bytes_to_client = client_.bytes_sent();
  emit(record_, parties_, service_);
}

// Completes the record of a tunnel that has ended, and emits it.
void record_tunnel(UpgradedConnection& upgraded, const TunnelEnd& end, Service& service) {
  ExchangeRecord record = upgraded.record.unpark();
  bool timed_out = end.why == Why::timed_out;
  if (!end.orderly) {
    if (end.who == Who::client) record.ended_by = timed_out ? 'c' : 'C';
    if (end.who == Who::server) record.ended_by = timed_out ? 's' : 'S';
    record.ended_in = 'D';
  }
  record.failure = end.detail;
  if (end.cut) {
    record.ended_by = 'K';
    record.ended_in = 'D';
    record.failure = "the server was taken out by an administrator";
  }
  if (upgraded.pass != nullptr && upgraded.pass->is_cut()) {
    record.ended_by = 'K';
    record.ended_in = 'D';
    record.failure = "the bucket moved to another node";
  }
  record.bytes_to_client += end.to_client;
  record.bytes_from_client += end.to_server;
  record.timers.total = net::now() - upgraded.began;
  const Parties parties{upgraded.listener, upgraded.slot.backend(), upgraded.slot.server()};
  upgraded.slot.give_back();
  emit(record, parties, service);
}

}  // namespace

net::Task<std::unique_ptr<UpgradedConnection>> serve_exchange(ClientConnection& client,
                                                              const http::RequestHead& head,
                                                              RequestTiming timing,
                                                              Service& service) {
  Exchange exchange(client, head, timing, service);
  co_return co_await exchange.run();
}

void cut_tunnels(Service& service, std::size_t server_serial) {
  service.tunnels().for_each([&](UpgradedConnection& tunnel) {
    if (tunnel.slot.serial() == server_serial) tunnel.tunnel.cut();
  });
}

// One frame, of one wait: there may be thousands of idle tunnels.
net::Task<> serve_tunnel(std::unique_ptr<UpgradedConnection> upgraded, Service& service) {
  net::Wake woke = net::Wake::ready;
  while (upgraded->tunnel.goes_on(woke, service.scratch())) {
    woke = co_await upgraded->tunnel.wait();
  }
  record_tunnel(*upgraded, upgraded->tunnel.end(), service);
}

void emit(ExchangeRecord& record, const Parties& parties, Service& service) {
  note_load(record, parties, service);
  service.sink().exchange_ended(record);
}

void note_load(ExchangeRecord& record, const Parties& parties, Service& service) {
  record.process_connections = service.open_connections();
  record.listener_connections = parties.listener->connections->open();
  if (parties.backend != nullptr) {
    record.backend_active = parties.backend->active() + parties.backend->queue().waiting();
  }
  if (parties.server) {
    const balance::ServerView& server = parties.backend->server(*parties.server).view();
    record.server_active = server.active.load(std::memory_order_relaxed);
  }
}

ExchangeRecord bad_request_record(const ConnectionFacts& facts, RequestTiming timing) {
  ExchangeRecord record;
  record.client = facts.address;
  record.accepted = timing.began_wall;
  record.listener = facts.listener->settings.name;
  record.listener_id = facts.listener->id;
  record.backend = record.listener;
  record.tls = facts.tls;
  record.tls_facts = facts.tls_facts;
  record.request_line = "<BADREQ>";
  record.timers.total = net::now() - timing.began;
  return record;
}

}  // namespace stickler::proxy
