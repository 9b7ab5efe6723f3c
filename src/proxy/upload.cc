// SPDX-License-Identifier: MIT
#include "proxy/upload.h"

#include <string>

#include "base/assert.h"
#include "proxy/chunk_frame.h"

namespace stickler::proxy {
namespace {

// An upload that never runs dry gives way to others after so many bytes, or so many reads if little
// comes with each.
constexpr std::size_t kBytesPerTurn = 512 * 1024;
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
  while (!client_.body_ended() && !stopping_) {
    Duration limit = permitted_ ? limits_.body : kNoLimit;
    RequestBodyPart part = co_await client_.read_body(service_.scratch(), limit);
    if (part.result == ClientResult::cancelled) continue;
    if (part.result != ClientResult::done) {
      fail(part.result);
      break;
    }
    bool sent = co_await forward(part);
    if (!sent) break;
    moved += part.payload.size();
    if (moved < kBytesPerTurn && ++reads < kReadsPerTurn) continue;
    moved = 0;
    reads = 0;
    co_await net::Yield();
  }
  server_->socket().cancel_read();
}

net::Task<bool> Upload::forward(RequestBodyPart part) {
  permitted_ = true;
  fell_short_ = true;
  bytes_ += part.payload.size();
  if (limits_.max_body > 0 && bytes_ > limits_.max_body) {
    failure_ = Failure{Who::client, Phase::response_head, Why::too_large};
    co_return false;
  }
  std::string text;
  net::Flight flight{part.payload, {}, {}};
  if (chunked_) flight = chunk_frame(part.payload, part.last, client_.body_trailers(), text);
  net::WriteResult written = co_await net::write_all(server_->stream(), flight, limits_.server);
  if (written.kind == net::WriteResult::Kind::timed_out) {
    failure_ = Failure{Who::server, Phase::response_head, Why::timed_out, Repeat::never,
                       "the server took nothing of the request (timeouts.server)"};
  }
  fell_short_ = !written.done();
  co_return written.done();
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
    co_await net::Yield();
  }
}

}  // namespace stickler::proxy
