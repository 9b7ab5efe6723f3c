// SPDX-License-Identifier: MIT
#include "proxy/relay.h"

#include <algorithm>

#include "net/wait.h"
#include "proxy/piece_size.h"

namespace stickler::proxy {
namespace {

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

// What a step came to. A server that was interrupted, by the client's end or, by mistake, by that
// of an upload, is asked again.
struct Step {
  std::optional<Failure> failure;
  std::size_t moved = 0;
  bool last = false;
};

// A piece of the body through this process's memory.
net::Task<Step> copy_piece(backend::ServerConnection& server, ClientConnection& client,
                           std::size_t size, RelayLimits limits, Service& service) {
  Step step;
  std::span<char> into = service.scratch();
  size = std::min({size, into.size(), PieceSize::kMostCopied});
  backend::BodyPart part = co_await server.read_body(into.data(), size, limits.server);
  if (part.result == backend::Received::cancelled) co_return step;
  if (part.result != backend::Received::done) {
    step.failure = server_failure(part.result);
    co_return step;
  }
  step.moved = part.payload.size();
  step.last = part.last;
  ClientResult sent =
      co_await client.send_body(part.payload, part.last, server.trailers(), limits.client);
  if (sent != ClientResult::done) step.failure = client_failure(sent);
  co_return step;
}

// The same from socket to socket; never the last one, which tells how the body ends.
net::Task<Step> pipe_piece(backend::ServerConnection& server, ClientConnection& client,
                           net::SplicePipe& pipe, std::size_t size, RelayLimits limits) {
  Step step;
  backend::Received got = co_await server.pipe_body(pipe, size, limits.server);
  if (got == backend::Received::cancelled) co_return step;
  if (got != backend::Received::done) {
    step.failure = server_failure(got);
    co_return step;
  }
  step.moved = pipe.held();
  ClientResult sent = co_await client.send_pipe(pipe, limits.client);
  if (sent != ClientResult::done) step.failure = client_failure(sent);
  co_return step;
}

// For a body that is worth it, and can go that way; else null.
net::SplicePipe* pipe_for(const backend::ServerConnection& server, const ClientConnection& client) {
  bool large = server.body_for_pipe() > PieceSize::kLeastPiped;
  return large && client.takes_pipe() ? net::SplicePipe::local() : nullptr;
}

// What did not come with the head. A client that leaves while the server pauses is not waited for.
net::Task<std::optional<Failure>> relay_rest(backend::ServerConnection& server,
                                             ClientConnection& client, const Upload& upload,
                                             RelayLimits limits, Service& service) {
  net::WaitSlot* waiting_in = &server.socket().read_slot();
  std::optional<ClientWatch> watch;
  PieceSize size;
  std::size_t moved = 0;
  for (Step step; !step.last;) {
    // Only who does not read from the client can lie in wait for its end.
    if (limits.abort_on_close && !watch && !upload.running()) watch.emplace(client, &waiting_in);
    if (client.gone()) co_return client_failure(ClientResult::gone);
    net::SplicePipe* pipe = pipe_for(server, client);
    if (pipe != nullptr) {
      step = co_await pipe_piece(server, client, *pipe, size.piped(server.body_for_pipe()), limits);
    } else {
      step = co_await copy_piece(server, client, size.get(), limits, service);
    }
    if (step.failure) co_return step.failure;
    if (step.moved == 0) continue;
    size.moved(step.moved, client.send_waited());
    moved += step.moved;
    if (moved < PieceSize::kPerTurn) continue;
    moved = 0;
    co_await net::yield();
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
    backend::BodyPart part = server.buffered_body();
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
