// SPDX-License-Identifier: MIT
#include "proxy/serve_client.h"

#include "base/log.h"
#include "net/event_loop.h"
#include "net/plain_stream.h"
#include "net/tls_stream.h"
#include "proxy/exchange.h"
#include "proxy/http1_client.h"
#include "proxy/local_reply.h"

namespace stickler::proxy {
namespace {

using NextHead = Http1Client::NextHead;

ConnectionFacts facts_of(const net::Address& address, const ListenerRules& listener,
                         const Service& service) {
  ConnectionFacts facts;
  facts.address = address;
  facts.client = address.host();
  facts.generation = service.generation();
  facts.listener = &listener;
  facts.tls = listener.tls != nullptr;
  facts.trusted = listener.trusts(address);
  return facts;
}

// Null if the client could not agree with us; said in the log, for the client is told by TLS
// itself.
net::Task<std::unique_ptr<net::Stream>> accept_tls(net::Socket socket, ConnectionFacts* facts,
                                                   Service& service) {
  const ListenerRules& listener = *facts->listener;
  auto stream = std::make_unique<net::TlsStream>(std::move(socket), listener.tls);
  net::HandshakeResult shaken = co_await stream->handshake(listener.settings.timeouts.handshake);
  if (!shaken.ok()) {
    bool timed_out = shaken.end == net::HandshakeResult::End::timed_out;
    log_info("{}: {}: TLS handshake failed: {}{}", listener.settings.name, facts->address.text(),
             shaken.reason, timed_out ? " (timeouts.handshake)" : "");
    service.sink().handshake_ended(listener.id, Handshake::failed);
    co_return nullptr;
  }
  service.sink().handshake_ended(listener.id,
                                 stream->resumed() ? Handshake::resumed : Handshake::full);
  TlsFacts tls{stream->version(), stream->cipher(), std::string(stream->sni()), ""};
  if (facts->generation->snapshot().asks_for_tls_sessions) {
    tls.session = stream->session_id();
  }
  facts->tls_facts = std::make_shared<const TlsFacts>(std::move(tls));
  co_return stream;
}

struct Refusal {
  unsigned status;
  char who;
  std::string_view why;
};

Refusal refusal_of(NextHead next, const Http1Client& client) {
  if (next == NextHead::timed_out) {
    return {408, 'c', "the request head did not arrive in time (timeouts.head)"};
  }
  if (next == NextHead::cut_off) return {400, 'C', "the client closed inside its request head"};
  return {client.error().status, 'P', client.error().what};
}

// A request that could not be read is answered, unless nobody is there to hear it, and recorded.
net::Task<> refuse(Http1Client& client, NextHead next, Service& service) {
  Refusal refusal = refusal_of(next, client);
  ExchangeRecord record =
      bad_request_record(client.facts(), {client.head_began(), client.head_began_wall()});
  record.request_id = new_request_id(client.facts().listener->settings, service.request_ids());
  record.status = refusal.status;
  record.ended_by = refusal.who;
  record.ended_in = 'R';
  record.failure = refusal.why;
  record.at_fault = Who::client;
  if (next == NextHead::refused) {
    service.sink().not_understood({record.accepted,
                                   client.facts().address.text(),
                                   record.listener,
                                   {},
                                   {},
                                   client.error().what,
                                   client.error().position,
                                   client.head_bytes()});
  }
  if (next != NextHead::cut_off) {
    LocalReply page = error_reply(refusal.status, true);
    page.request_id = record.request_id;
    co_await send_reply_to_bad_request(client, std::move(page), service);
    record.bytes_to_client = client.bytes_sent();
  }
  emit(record, {client.facts().listener, nullptr, std::nullopt}, service);
}

// Those now in force: a reload may have changed them since the last request.
const config::Timeouts& timeouts_of(const Http1Client& client) {
  return client.facts().listener->settings.timeouts;
}

// One exchange after the other; what is left is to close the connection.
net::Task<std::unique_ptr<UpgradedConnection>> serve_in_turn(Http1Client* client,
                                                             Service& service) {
  Duration idle = timeouts_of(*client).head;
  for (;;) {
    NextHead next = co_await client->read_head(idle);
    if (next == NextHead::closed) co_return nullptr;
    if (next != NextHead::request) {
      co_await refuse(*client, next, service);
      break;
    }
    RequestTiming timing{client->head_began(), client->head_began_wall()};
    auto upgraded = co_await serve_exchange(*client, client->head(), timing, service);
    if (upgraded != nullptr) co_return upgraded;
    if (!client->reusable()) break;
    idle = timeouts_of(*client).keepalive;
  }
  co_await client->close(timeouts_of(*client).discard);
  co_return nullptr;
}

}  // namespace

net::Task<std::unique_ptr<UpgradedConnection>> serve_requests(net::Socket socket,
                                                              net::Address address,
                                                              const ListenerRules& listener,
                                                              Service& service) {
  ConnectionFacts facts = facts_of(address, listener, service);
  std::unique_ptr<net::Stream> stream;
  if (facts.tls) {
    stream = co_await accept_tls(std::move(socket), &facts, service);
    if (stream == nullptr) co_return nullptr;
  } else {
    stream = std::make_unique<net::PlainStream>(std::move(socket));
  }
  Http1Client client(std::move(stream), std::move(facts), service);
  co_return co_await serve_in_turn(&client, service);
}

}  // namespace stickler::proxy
