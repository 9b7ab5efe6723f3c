// SPDX-License-Identifier: MIT
#include "proxy/relay.h"

#include <algorithm>

#include "net/write_all.h"

namespace stickler::proxy {
namespace {

// Steps grow while both sides keep up, since each costs two system calls, and shrink for a client
// that is slower than its server, since what it has not taken is kept in memory.
constexpr std::size_t kFirstStep = 128 * 1024;
constexpr std::size_t kSmallestStep = 16 * 1024;

std::size_t next_step(std::size_t step, std::size_t got, bool waited) {
  if (waited) return kSmallestStep;
  return got == step ? std::min(2 * step, Service::kScratch) : step;
}

// A response that never runs dry gives way to others after so many bytes.
constexpr std::size_t kBytesPerTurn = 512 * 1024;

Failure client_failure(ClientResult result) {
  Why why = result == ClientResult::timed_out ? Why::timed_out : Why::closed;
  return {Who::client, Phase::body, why};
}

Failure server_failure(backend::Received received) {
  Why why = Why::closed;
  if (received == backend::Received::timed_out) why = Why::timed_out;
  if (received == backend::Received::invalid) why = Why::invalid;
  return {Who::server, Phase::body, why};
}

// What did not come with the head. A client that leaves while the server pauses is not waited for.
net::Task<std::optional<Failure>> relay_rest(backend::ServerConnection& server,
                                             ClientConnection& client, const Upload& upload,
                                             RelayLimits limits, Service& service) {
  net::WaitSlot* waiting_in = &server.socket().read_slot();
  std::optional<ClientWatch> watch;
  std::size_t step = kFirstStep;
  std::size_t moved = 0;
  for (bool last = false; !last;) {
    // Only who does not read from the client can lie in wait for its end.
    if (limits.abort_on_close && !watch && !upload.running()) watch.emplace(client, &waiting_in);
    if (client.gone()) co_return client_failure(ClientResult::gone);
    backend::BodyPart part =
        co_await server.read_body(service.scratch().data(), step, limits.server);
    // By the client's end or, by mistake, by that of an upload.
    if (part.result == backend::Received::cancelled) continue;
    if (part.result != backend::Received::done) co_return server_failure(part.result);
    last = part.last;
    std::size_t got = part.payload.size();
    ClientResult sent =
        co_await client.send_body(part.payload, last, server.trailers(), limits.client);
    if (sent != ClientResult::done) co_return client_failure(sent);
    step = next_step(step, got, client.send_waited());
    moved += got;
    if (moved < kBytesPerTurn) continue;
    moved = 0;
    co_await net::Yield();
  }
  co_return std::nullopt;
}

}  // namespace

net::Task<std::optional<Failure>> relay_response(backend::ServerConnection& server,
                                                 ClientConnection& client, const Upload& upload,
                                                 const OutgoingResponse& response,
                                                 RelayLimits limits, Service& service) {
  server.begin_body();
  // What came with the head; nothing is asked of the socket for it.
  std::string_view first;
  bool last = server.body_ended();
  if (!last && server.has_buffered_body()) {
    backend::BodyPart part = co_await server.read_body(nullptr, 0, limits.server);
    if (part.result != backend::Received::done) {
      // The client has heard nothing yet: as bad as a bad head.
      Failure failure = server_failure(part.result);
      failure.phase = Phase::response_head;
      co_return failure;
    }
    first = part.payload;
    last = part.last;
  }
  // With trailers to come the end goes out by itself.
  bool ends_with_head = last && server.trailers().empty();
  ClientResult sent = co_await client.send_head(response, first, ends_with_head, limits.client);
  if (last && !ends_with_head && sent == ClientResult::done) {
    std::string_view nothing;
    sent = co_await client.send_body(nothing, true, server.trailers(), limits.client);
  }
  std::optional<Failure> failure;
  if (sent != ClientResult::done) failure = client_failure(sent);
  if (!failure && !last) failure = co_await relay_rest(server, client, upload, limits, service);
  if (failure) client.cut();
  co_return failure;
}

}  // namespace stickler::proxy
