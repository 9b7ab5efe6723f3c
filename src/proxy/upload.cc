// SPDX-License-Identifier: MIT
#include "proxy/upload.h"

#include <algorithm>
#include <span>
#include <string>

#include "base/assert.h"
#include "proxy/chunk_frame.h"

namespace stickler::proxy {
namespace {

// An upload of which little comes with each read gives way to others after so many.
constexpr int kReadsPerTurn = 16;

}  // namespace

void Upload::start(backend::ServerConnection& server, bool chunked, std::uint64_t sent,
                   Limits limits) {
  ASSERT(!running());
  server_ = &server;
  chunked_ = chunked;
  bytes_ = sent;
  limits_ = limits;
  group_.start(run());
}

void Upload::permit() {
  if (permitted_) return;
  permitted_ = true;
  // The wait goes on with the client's limit.
  client_.cancel_read();
}

net::Task<> Upload::run() {
  std::size_t moved = 0;
  int reads = 0;
  std::optional<std::size_t> piece;
  while (!client_.body_ended() && !stopping_) {
    net::SplicePipe* by_pipe = pipe();
    if (by_pipe != nullptr) {
      piece = co_await pipe_piece(*by_pipe);
    } else {
      piece = co_await copy_piece();
    }
    if (!piece) break;
    moved += *piece;
    if (moved < PieceSize::kPerTurn && ++reads < kReadsPerTurn) continue;
    moved = 0;
    reads = 0;
    co_await net::yield();
  }
  server_->socket().cancel_read();
}

// For a body that is worth it, and can go that way; else null.
net::SplicePipe* Upload::pipe() const {
  bool large = !chunked_ && client_.body_for_pipe() > PieceSize::kLeastPiped;
  return large ? net::SplicePipe::local() : nullptr;
}

net::Task<std::optional<std::size_t>> Upload::pipe_piece(net::SplicePipe& pipe) {
  const std::size_t most = piece_size_.piped(client_.body_for_pipe());
  ClientResult got = co_await client_.pipe_body(pipe, most, patience());
  if (got == ClientResult::cancelled) co_return std::size_t{0};
  if (got != ClientResult::done) {
    fail(got);
    co_return std::nullopt;
  }
  const std::size_t bytes = pipe.held();
  if (bytes == 0) co_return bytes;
  if (!may_send(bytes)) {
    pipe.forget();
    co_return std::nullopt;
  }
  net::WriteResult written = co_await net::write_all(server_->stream(), pipe, limits_.server);
  if (!sent(bytes, written)) co_return std::nullopt;
  co_return bytes;
}

// Through this process's memory.
net::Task<std::optional<std::size_t>> Upload::copy_piece() {
  std::span<char> into = service_.scratch();
  into = into.first(std::min(piece_size_.get(), into.size()));
  RequestBodyPart part = co_await client_.read_body(into, patience());
  if (part.result == ClientResult::cancelled) co_return std::size_t{0};
  if (part.result != ClientResult::done) {
    fail(part.result);
    co_return std::nullopt;
  }
  const std::size_t bytes = part.payload.size();
  if (!may_send(bytes)) co_return std::nullopt;
  std::string text;
  net::Flight flight{part.payload, {}, {}};
  if (chunked_) flight = chunk_frame(part.payload, part.last, client_.body_trailers(), text);
  net::WriteResult written = co_await net::write_all(server_->stream(), flight, limits_.server);
  if (!sent(bytes, written)) co_return std::nullopt;
  co_return bytes;
}

bool Upload::may_send(std::size_t bytes) {
  permitted_ = true;
  fell_short_ = true;
  bytes_ += bytes;
  if (limits_.max_body == 0 || bytes_ <= limits_.max_body) return true;
  failure_ = Failure{Who::client, Phase::response_head, Why::too_large};
  return false;
}

bool Upload::sent(std::size_t bytes, const net::WriteResult& written) {
  if (written.kind == net::WriteResult::Kind::timed_out) {
    failure_ = Failure{Who::server, Phase::response_head, Why::timed_out, Repeat::never,
                       "the server took nothing of the request (timeouts.server)"};
  }
  piece_size_.moved(bytes, written.waited);
  fell_short_ = !written.done();
  return written.done();
}

void Upload::fail(ClientResult result) {
  Why why = Why::closed;
  if (result == ClientResult::timed_out) why = Why::timed_out;
  if (result == ClientResult::invalid) why = Why::invalid;
  failure_ = Failure{Who::client, Phase::response_head, why};
}

// Again and again: who has been woken already goes on once more, and may get into another wait.
net::Task<> Upload::stop() {
  stopping_ = true;
  while (running()) {
    client_.cancel_read();
    server_->socket().cancel_write();
    co_await net::yield();
  }
}

}  // namespace stickler::proxy
