// SPDX-License-Identifier: MIT
#include "backend/server_connection.h"

#include "base/assert.h"
#include "net/wait.h"

namespace stickler::backend {
namespace {

// Enough for most answers whole, so that they cost one read and one write. Taken only when an
// answer has begun to come, and given back as soon as its bytes have gone.
constexpr std::size_t kFirstBuffer = 128 * 1024;

// Such an answer lets others read theirs before it is sent; a larger one goes on at once, as the
// cache has no room for several.
constexpr std::size_t kSmallAnswer = 4096;

constexpr std::size_t kSpareReadings = 128;

Received received(net::Wake woke) {
  return woke == net::Wake::timed_out ? Received::timed_out : Received::cancelled;
}

}  // namespace

Spares<ServerConnection::Reading>& ServerConnection::spare_readings() {
  thread_local Spares<Reading> spares(kSpareReadings);
  return spares;
}

void ServerConnection::begin(http::HeadLimits limits) {
  if (reading_ == nullptr) reading_ = spare_readings().take();
  reading_->buffer.clear();
  reading_->parser.set_limits(limits);
  reading_->parser.reset();
  reading_->unasked = false;
  answered_ = false;
}

void ServerConnection::release() {
  if (reading_ == nullptr) return;
  reading_->buffer.release();
  spare_readings().give_back(std::move(reading_));
}

net::Task<Received> ServerConnection::read_head(http::Method request, Duration limit) {
  net::ReadBuffer& buffer = reading_->buffer;
  http::ResponseParser& parser = reading_->parser;
  // The connection was silent before the request, so the first wait need not be tried out first.
  bool sleep_first = !answered_ && socket().looks_drained();
  bool small = false;
  for (;;) {
    if (!buffer.empty()) {
      http::ParseStatus status = parser.parse(buffer.bytes(), request);
      if (status == http::ParseStatus::complete) break;
      if (status == http::ParseStatus::failed) co_return Received::invalid;
    }
    if (sleep_first) {
      net::Wake woke = co_await socket().next_event(limit);
      if (woke != net::Wake::ready) co_return received(woke);
      sleep_first = false;
    }
    buffer.reserve(buffer.size() < kFirstBuffer ? kFirstBuffer : 2 * buffer.size());
    net::IoResult got = stream_.try_read(buffer.space(), buffer.space_size());
    if (got.done()) {
      buffer.received(got.bytes);
      small = buffer.shrink(kSmallAnswer);
      answered_ = true;
    } else if (!got.blocked()) {
      co_return Received::closed;
    } else {
      net::Wake woke = co_await socket().readable(limit);
      if (woke != net::Wake::ready) co_return received(woke);
    }
  }
  if (small) co_await net::send_turn();
  co_return Received::done;
}

void ServerConnection::next_head() {
  reading_->buffer.consume(reading_->parser.head_size());
  reading_->parser.reset();
}

void ServerConnection::begin_body() {
  reading_->body.begin(reading_->parser.head().body);
  reading_->buffer.consume(reading_->parser.head_size());
}

BodyPart ServerConnection::buffered_body() {
  net::ReadBuffer& buffer = reading_->buffer;
  std::size_t consumed = 0;
  BodyPart part = take_payload(buffer.data(), buffer.size(), consumed);
  buffer.consume(consumed);
  return part;
}

net::Task<BodyPart> ServerConnection::read_body(char* into, std::size_t size, Duration limit) {
  http::BodyReader& body = reading_->body;
  if (body.ended()) co_return BodyPart{Received::done, {}, true};
  if (has_buffered_body()) co_return buffered_body();
  reading_->buffer.release();
  for (;;) {
    // One byte more than the body has left: only a short read tells that nothing stands behind it.
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size - 1, body.wanted())) + 1;
    net::IoResult got = stream_.try_read(into, wanted);
    if (got.done()) {
      std::size_t consumed = 0;
      BodyPart part = take_payload(into, got.bytes, consumed);
      reading_->unasked = consumed < got.bytes;
      co_return part;
    }
    if (!got.blocked()) {
      if (got.eof()) co_return end_of_stream();
      co_return BodyPart{Received::closed, {}, false};
    }
    net::Wake woke = co_await socket().readable(limit);
    if (woke != net::Wake::ready) co_return BodyPart{received(woke), {}, false};
  }
}

net::Task<Received> ServerConnection::pipe_body(net::SplicePipe& into, std::size_t most,
                                                Duration limit) {
  ASSERT(most < body_for_pipe());
  reading_->buffer.release();
  for (;;) {
    net::IoResult got = into.fill(stream_, most);
    if (got.done()) {
      reading_->body.passed(got.bytes);
      co_return Received::done;
    }
    if (!got.blocked()) co_return Received::closed;
    net::Wake woke = co_await socket().readable(limit);
    if (woke != net::Wake::ready) co_return received(woke);
  }
}

std::uint64_t ServerConnection::body_for_pipe() const {
  const bool known = reading_->body.framing().kind == http::BodyKind::length;
  return known && reading_->buffer.empty() ? reading_->body.wanted() : 0;
}

BodyPart ServerConnection::take_payload(char* data, std::size_t size, std::size_t& consumed) {
  http::BodyReader::Step step = reading_->body.feed(data, size);
  consumed = step.consumed;
  if (step.failed) return {Received::invalid, {}, false};
  return {Received::done, {data, step.payload}, reading_->body.ended()};
}

BodyPart ServerConnection::end_of_stream() {
  if (reading_->body.finish()) return {Received::done, {}, true};
  return {Received::closed, {}, false};
}

bool ServerConnection::finish() {
  ASSERT(reading_ != nullptr);
  bool clean = reading_->body.ended() && reading_->buffer.empty() && !reading_->unasked &&
               reading_->parser.head().keep_alive &&
               reading_->body.framing().kind != http::BodyKind::until_close && nothing_unasked();
  release();
  ++served_;
  return clean;
}

// A read that stopped just at the body's end does not tell whether more is there.
bool ServerConnection::nothing_unasked() {
  if (socket().looks_drained()) return true;
  char byte = 0;
  return stream_.try_read(&byte, 1).blocked();
}

}  // namespace stickler::backend
