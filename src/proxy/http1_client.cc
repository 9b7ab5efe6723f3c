// SPDX-License-Identifier: MIT
#include "proxy/http1_client.h"

#include <sys/socket.h>

#include "base/assert.h"
#include "net/event_loop.h"

namespace stickler::proxy {
namespace {

// Enough for nearly every head. Held until the answer has come, so a thousand requests under way
// hold a thousand of them: with 16 kB each their pages cost more than a second read now and then.
constexpr std::size_t kFirstBuffer = 4096;
// A chunked body is read in such steps: what is read too much belongs to the next request and is
// kept.
constexpr std::size_t kChunkedStep = 16 * 1024;
constexpr std::size_t kSpareReadings = 128;
// A client whose requests are always there already gives way to others after so many: what is
// answered here, as by a redirect, waits for nothing else.
constexpr int kRequestsPerTurn = 16;
// When to ask whether a client whose request is still being worked on was reset with its last
// bytes.
constexpr Duration kLookAgain = std::chrono::milliseconds(500);

ClientResult why_woken(net::Wake woke) {
  return woke == net::Wake::timed_out ? ClientResult::timed_out : ClientResult::cancelled;
}

}  // namespace

http::HeadLimits head_limits(const config::Listener& listener) {
  return {listener.max_head, listener.max_target, listener.max_fields};
}

Http1Client::Http1Client(std::unique_ptr<net::Stream> stream, ConnectionFacts facts,
                         Service& service)
    : stream_(std::move(stream)), facts_(std::move(facts)), service_(service) {
  watch_.client = this;
  service_.join(*this);
}

Http1Client::~Http1Client() {
  unwatch();
  end_reading();
}

// ---- Heads ----

net::Task<Http1Client::NextHead> Http1Client::read_head(Duration idle) {
  forget_exchange();
  bool began = co_await first_bytes(idle);
  if (!began) co_return NextHead::closed;
  head_began_ = net::now();
  head_began_wall_ = net::EventLoop::current().wall_now();
  if (std::optional<NextHead> whole = parsed_head()) co_return *whole;
  co_return co_await complete_head();
}

// Keeps what of the next request has come already.
void Http1Client::forget_exchange() {
  bytes_sent_ = 0;
  framing_ = Framing::none;
  keep_ = true;
  answered_ = false;
  send_waited_ = false;
  if (reading_ == nullptr) return;
  reading_->forget_request();
  if (reading_->buffer.empty()) {
    end_reading();
  } else {
    follow_reload();
  }
}

// Each request goes by the rules in force when it begins.
void Http1Client::follow_reload() {
  const std::shared_ptr<Generation>& now = service_.generation();
  if (facts_.generation == now || retired_) return;
  const ListenerRules* rules = now->snapshot().listener(facts_.listener->id);
  if (rules == nullptr) {
    retired_ = true;
    return;
  }
  facts_.generation = now;
  facts_.listener = rules;
  facts_.trusted = rules->trusts(facts_.address);
}

void Http1Client::reloaded() {
  if (!idle_) return;
  follow_reload();
  if (retired_) end_idle();
}

void Http1Client::Reading::forget_request() {
  buffer.consume(parser.head_size() + early_consumed);
  if (!pipelined.empty()) {
    buffer.reserve(buffer.size() + pipelined.size());
    pipelined.copy(buffer.space(), pipelined.size());
    buffer.received(pipelined.size());
    pipelined.clear();
  }
  parser.reset();
  early = {};
  early_taken = false;
  early_consumed = 0;
}

Spares<Http1Client::Reading>& Http1Client::spare_readings() {
  thread_local Spares<Reading> spares(kSpareReadings);
  return spares;
}

void Http1Client::begin_reading() {
  follow_reload();
  reading_ = spare_readings().take();
  reading_->parser.set_limits(head_limits(facts_.listener->settings));
  reading_->buffer.reserve(kFirstBuffer);
}

void Http1Client::end_reading() {
  if (reading_ == nullptr) return;
  reading_->pipelined.clear();
  reading_->forget_request();
  reading_->buffer.release();
  spare_readings().give_back(std::move(reading_));
}

// The beginning of the next request, if there is one. A new connection is read from at once: its
// request often comes with it.
net::Task<bool> Http1Client::first_bytes(Duration idle) {
  if (++unwaited_ > kRequestsPerTurn) {
    unwaited_ = 0;
    co_await net::yield();
  }
  while (reading_ == nullptr) {
    if (stream_->socket().looks_drained() && !stream_->has_buffered_input()) {
      net::Wake woke = co_await wait_idle(idle);
      if (woke != net::Wake::ready) {
        say_goodbye();
        co_return false;
      }
    }
    begin_reading();
    net::ReadBuffer& buffer = reading_->buffer;
    net::IoResult got = stream_->try_read(buffer.space(), buffer.space_size());
    if (got.done()) {
      buffer.received(got.bytes);
      co_return true;
    }
    end_reading();
    if (!got.blocked()) co_return false;
  }
  co_return true;
}

// Between two requests. Memory is given back only by a client that thinks for a while.
net::Task<net::Wake> Http1Client::wait_idle(Duration idle) {
  constexpr Duration kRestAfter = std::chrono::seconds(1);
  if (service_.stopping()) co_return net::Wake::cancelled;
  idle_ = true;
  unwaited_ = 0;
  bool rests = idle == kNoLimit || idle > kRestAfter;
  Duration first = rests ? kRestAfter : idle;
  net::Wake woke = co_await stream_->socket().next_event(first, net::Turn::begins);
  if (woke == net::Wake::timed_out && rests) {
    stream_->rest();
    Duration rest = idle == kNoLimit ? kNoLimit : idle - kRestAfter;
    woke = co_await stream_->socket().next_event(rest, net::Turn::begins);
    stream_->wake();
  }
  idle_ = false;
  co_return woke;
}

// What the bytes that are here amount to; nothing while the head is not whole.
std::optional<Http1Client::NextHead> Http1Client::parsed_head() {
  switch (reading_->parser.parse(reading_->buffer.bytes())) {
    case http::ParseStatus::incomplete:
      return std::nullopt;
    case http::ParseStatus::failed:
      return NextHead::refused;
    case http::ParseStatus::complete:
      reading_->body.begin(head().body);
      break;
  }
  return NextHead::request;
}

net::Task<Http1Client::NextHead> Http1Client::complete_head() {
  net::ReadBuffer& buffer = reading_->buffer;
  net::TotalLimit total(facts_.listener->settings.timeouts.head, &stream_->socket().read_slot());
  for (;;) {
    if (buffer.space_size() == 0) buffer.reserve(2 * buffer.size());
    net::IoResult got = stream_->try_read(buffer.space(), buffer.space_size());
    if (got.done()) {
      buffer.received(got.bytes);
      if (std::optional<NextHead> whole = parsed_head()) co_return *whole;
      continue;
    }
    if (!got.blocked()) co_return reading_->parser.started() ? NextHead::cut_off : NextHead::closed;
    if (total.expired()) co_return NextHead::timed_out;
    net::Wake woke = co_await stream_->socket().readable(kNoLimit);
    if (woke != net::Wake::ready) co_return NextHead::timed_out;
  }
}

void Http1Client::end_idle() {
  if (idle_) stream_->socket().cancel_read();
}

// ---- The request's body ----

RequestBodyPart Http1Client::early_body() {
  if (reading_->early_taken) return reading_->early;
  reading_->early_taken = true;
  reading_->early.last = reading_->body.ended();
  std::size_t head_size = reading_->parser.head_size();
  std::size_t behind_head = reading_->buffer.size() - head_size;
  if (behind_head > 0 && !reading_->body.ended()) {
    reading_->early =
        take_payload(reading_->buffer.data() + head_size, behind_head, reading_->early_consumed);
  }
  return reading_->early;
}

net::Task<RequestBodyPart> Http1Client::read_body(std::span<char> into, Duration limit) {
  http::BodyReader& body = reading_->body;
  if (body.ended()) co_return RequestBodyPart{ClientResult::done, {}, true};
  std::size_t most = body.framing().kind == http::BodyKind::chunked
                         ? std::min(into.size(), kChunkedStep)
                         : into.size();
  for (;;) {
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, body.wanted()));
    net::IoResult got = stream_->try_read(into.data(), wanted);
    if (got.done()) {
      std::size_t consumed = 0;
      RequestBodyPart part = take_payload(into.data(), got.bytes, consumed);
      reading_->pipelined.append(into.data() + consumed, got.bytes - consumed);
      co_return part;
    }
    if (!got.blocked()) co_return RequestBodyPart{ClientResult::gone, {}, false};
    net::Wake woke = co_await stream_->socket().readable(limit);
    if (woke != net::Wake::ready) co_return RequestBodyPart{why_woken(woke), {}, false};
  }
}

std::uint64_t Http1Client::body_for_pipe() const {
  const http::BodyReader& body = reading_->body;
  bool known = body.framing().kind == http::BodyKind::length;
  return known && !stream_->is_tls() ? body.wanted() : 0;
}

net::Task<ClientResult> Http1Client::pipe_body(net::SplicePipe& into, std::size_t most,
                                               Duration limit) {
  ASSERT(most < body_for_pipe());
  auto& plain = static_cast<net::PlainStream&>(*stream_);
  for (;;) {
    net::IoResult got = into.fill(plain, most);
    if (got.done()) {
      reading_->body.passed(got.bytes);
      co_return ClientResult::done;
    }
    if (!got.blocked()) co_return ClientResult::gone;
    net::Wake woke = co_await stream_->socket().readable(limit);
    if (woke != net::Wake::ready) co_return why_woken(woke);
  }
}

RequestBodyPart Http1Client::take_payload(char* data, std::size_t size, std::size_t& consumed) {
  http::BodyReader::Step step = reading_->body.feed(data, size);
  consumed = step.consumed;
  if (step.failed) {
    consumed = size;
    return {ClientResult::invalid, {}, false};
  }
  return {ClientResult::done, {data, step.payload}, reading_->body.ended()};
}

net::Task<bool> Http1Client::discard_body(Duration total) {
  net::TotalLimit limit(total, &stream_->socket().read_slot());
  early_body();
  while (!body_ended() && !limit.expired()) {
    RequestBodyPart part = co_await read_body(service_.scratch(), kNoLimit);
    if (part.result != ClientResult::done) co_return false;
    // A client that never runs dry must not keep the others waiting.
    co_await net::yield();
  }
  co_return body_ended();
}

// ---- While the server works ----

void Http1Client::watch(net::WaitSlot** waiting_in) {
  watch_.waiting_in = waiting_in;
  lie_in_wait();
  // What came between the head and now has been announced already; a reset that came together with
  // the head has not, so requests that take their time are looked at once more.
  net::EventLoop& loop = net::EventLoop::current();
  if (!stream_->socket().looks_drained()) watch_.gone = stream_->socket().peer_gone();
  loop.deadlines().start(watch_, kLookAgain, loop.now());
}

void Http1Client::lie_in_wait() {
  net::WaitSlot& slot = stream_->socket().read_slot();
  ASSERT(slot == nullptr);
  watch_.slots[0] = &slot;
  slot = &watch_;
}

void Http1Client::unwatch() {
  net::EventLoop::current().ready().forget(watch_);
  watch_.waiting_in = nullptr;
}

void Http1Client::Watch::on_event(net::Waiter& waiter) {
  auto& watch = static_cast<Watch&>(waiter);
  watch.client->lie_in_wait();
  if (!watch.client->stream_->socket().peer_gone()) return;
  watch.gone = true;
  net::WaitSlot* slot = watch.waiting_in == nullptr ? nullptr : *watch.waiting_in;
  if (slot != nullptr) net::EventLoop::current().ready().wake_slot(*slot, net::Wake::cancelled);
}

// ---- The end ----

bool Http1Client::reusable() const {
  return answered_ && keep_ && !cut_ && reading_ != nullptr && reading_->body.ended();
}

void Http1Client::cut() {
  cut_ = true;
  if (framing_ != Framing::until_close) return;
  // Only a reset tells this client that its answer is not whole.
  linger abrupt{1, 0};
  ::setsockopt(stream_->socket().fd(), SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

// Over TLS an end without a word is an attack, or a fault (RFC 8446 §6.1).
net::IoResult Http1Client::say_goodbye() {
  stream_->shutdown_write();
  return stream_->flush();
}

// The client has said so, and nothing of it is under way that a reset would have to answer. (Only a
// head that was understood tells a client that does not keep its connection.)
bool Http1Client::was_its_last() const {
  return answered_ && !head().keep_alive && reading_->body.ended() &&
         stream_->socket().looks_drained();
}

net::Task<> Http1Client::close(Duration linger) {
  if (cut_) co_return;
  const bool last = was_its_last();
  // The socket says it itself as it is closed.
  if (last && !stream_->is_tls()) co_return;
  if (say_goodbye().done() && last) co_return;
  net::TotalLimit limit(linger, &stream_->socket().read_slot());
  while (!limit.expired()) {
    net::IoResult got = stream_->try_read(service_.scratch().data(), service_.scratch().size());
    if (got.done()) {
      co_await net::yield();
      continue;
    }
    if (!got.blocked()) co_return;
    net::Wake woke = co_await stream_->socket().readable(kNoLimit);
    if (woke != net::Wake::ready) co_return;
  }
}

std::unique_ptr<net::Stream> Http1Client::become_tunnel(std::string& early) {
  std::size_t used = reading_->parser.head_size() + reading_->early_consumed;
  early.append(reading_->buffer.bytes().substr(used)).append(reading_->pipelined);
  end_reading();
  return std::move(stream_);
}

}  // namespace stickler::proxy
