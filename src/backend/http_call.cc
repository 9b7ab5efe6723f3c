// SPDX-License-Identifier: MIT
#include "backend/http_call.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "backend/name_lookup.h"
#include "base/strings.h"
#include "net/buffer_pool.h"
#include "net/connect.h"
#include "net/event_loop.h"
#include "net/plain_stream.h"
#include "net/tls_stream.h"
#include "net/wait.h"
#include "net/write_all.h"

namespace stickler::backend {
namespace {

constexpr std::size_t kCallBuffer = 16384;

// An empty body is announced with methods that usually have one.
bool has_body(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT";
}

}  // namespace

HttpCall::HttpCall(config::Url place, std::shared_ptr<const net::TlsTrust> trust)
    : place_(std::move(place)), trust_(std::move(trust)) {}

HttpCall::~HttpCall() = default;

// ---- Calls ----

net::Task<Result<HttpAnswer, HttpFailure>> HttpCall::run(HttpRequest request, Duration limit) {
  Result<unsigned, HttpFailure> status = co_await begin(std::move(request), limit);
  if (!status) co_return Failed{std::move(status.error())};
  HttpAnswer answer;
  answer.status = *status;
  for (;;) {
    answer.body += answer_->take_body();
    if (answer_->ended()) break;
    Trouble trouble;
    if (answer.body.size() > kBodyMax) {
      trouble = failed(Phase::answer, "an answer of more than " + format_size(kBodyMax));
    } else {
      trouble = co_await read_some();
    }
    if (trouble && trouble->timed_out) close();
    if (trouble) co_return Failed{std::move(*trouble)};
  }
  if (!answer_->keeps_alive()) close();
  co_return answer;
}

net::Task<Result<unsigned, HttpFailure>> HttpCall::begin(HttpRequest request, Duration limit) {
  set_limit(limit);
  sent_ = false;
  kept_ = is_connected();
  if (!kept_) {
    close();
    Trouble trouble = co_await connect();
    if (trouble) close();
    if (trouble) co_return Failed{std::move(*trouble)};
  }
  answer_.emplace(http::method_of(request.method));
  Trouble trouble = co_await send(request);
  while (!trouble && answer_->status() == 0) {
    trouble = co_await read_some();
  }
  if (trouble) close();
  if (trouble) co_return Failed{std::move(*trouble)};
  co_return answer_->status();
}

net::Task<Result<std::string, HttpFailure>> HttpCall::more(Duration limit) {
  set_limit(limit);
  std::string part;
  if (answer_) part = answer_->take_body();
  while (part.empty() && !(answer_ && answer_->ended())) {
    if (!stream_) co_return Failed{failed(Phase::answer, "the connection is closed")};
    Trouble trouble = co_await read_some();
    if (trouble) co_return Failed{std::move(*trouble)};
    part = answer_->take_body();
  }
  co_return std::move(part);
}

// ---- Connecting ----

net::Task<HttpCall::Trouble> HttpCall::connect() {
  if (cancelled_) co_return failed(Phase::connect, "");
  if (place_.tls && trust_ == nullptr) {
    co_return failed(Phase::tls, "nothing is known of whom to trust with TLS");
  }
  net::HostPort name;
  name.host = place_.host;
  name.port = place_.port;
  Resolution found = co_await look_up(std::move(name), left(), &waiting_in_);
  if (!found.addresses.empty()) co_return co_await connect_to_one(std::move(found.addresses));
  HttpFailure failure = failed(Phase::resolve, "'" + place_.host + "': " + found.error);
  failure.timed_out = !cancelled_ && left() <= kLeast;
  co_return failure;
}

// Each gets its share of the time, so that one which swallows all leaves some for the next.
net::Task<HttpCall::Trouble> HttpCall::connect_to_one(std::vector<net::Address> addresses) {
  int error = ECANCELED;
  for (std::size_t n = 0; n < addresses.size() && !cancelled_; ++n) {
    const auto rest = static_cast<Duration::rep>(addresses.size() - n);
    const Duration share = limit_ == kNoLimit ? kNoLimit : std::max(left() / rest, kLeast);
    net::ConnectResult connected = co_await net::connect_to(addresses[n], share, &waiting_in_);
    error = connected.error;
    if (!connected.ok()) continue;
    if (place_.tls) co_return co_await shake_hands(std::move(connected.socket));
    stream_ = std::make_unique<net::PlainStream>(std::move(connected.socket));
    co_return std::nullopt;
  }
  if (error == ETIMEDOUT) co_return ran_out(Phase::connect, "connection");
  co_return failed(Phase::connect, system_reason(error));
}

net::Task<HttpCall::Trouble> HttpCall::shake_hands(net::Socket connected) {
  net::SslPtr session = trust_->new_session(place_.host);
  const SSL* const watched = session.get();
  auto stream = std::make_unique<net::TlsStream>(std::move(connected), std::move(session));
  net::TlsStream& tls = *stream;
  stream_ = std::move(stream);
  net::HandshakeResult shaken = co_await tls.handshake(left());
  if (shaken.ok()) co_return std::nullopt;
  if (shaken.end == net::HandshakeResult::End::timed_out) {
    co_return ran_out(Phase::tls, "TLS handshake");
  }
  const std::string fault = net::TlsTrust::fault_of(watched);
  co_return failed(Phase::tls, "TLS handshake: " + (fault.empty() ? shaken.reason : fault));
}

bool HttpCall::is_connected() {
  if (!stream_ || !answer_ || !answer_->keeps_alive() || cancelled_) return false;
  char byte = 0;
  return ::recv(stream_->socket().fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void HttpCall::close() {
  stream_.reset();
  answer_.reset();
  waiting_in_ = nullptr;
}

void HttpCall::cancel() {
  cancelled_ = true;
  if (waiting_in_ != nullptr) {
    net::EventLoop::current().ready().wake_slot(*waiting_in_, net::Wake::cancelled);
  }
  if (!stream_) return;
  stream_->socket().cancel_read();
  stream_->socket().cancel_write();
  // Whoever has just been woken by something else tries again, and finds the end.
  ::shutdown(stream_->socket().fd(), SHUT_RDWR);
}

// ---- Asking ----

net::Task<HttpCall::Trouble> HttpCall::send(const HttpRequest& request) {
  if (cancelled_) co_return failed(Phase::send, "");
  const std::string head = head_of(request);
  const net::Flight flight{head, request.body};
  net::TotalLimit total(left(), &stream_->socket().write_slot());
  net::WriteResult sent = co_await net::write_all(*stream_, flight, kNoLimit);
  // Records may be on their way though the stream has failed.
  sent_ = sent.any_sent || stream_->is_tls();
  if (sent.done()) co_return std::nullopt;
  if (sent.kind == net::WriteResult::Kind::timed_out) {
    co_return ran_out(Phase::send, "progress in sending");
  }
  co_return failed(Phase::send, system_reason(sent.error));
}

std::string HttpCall::head_of(const HttpRequest& request) const {
  std::string head = request.method + ' ' + request.path +
                     " HTTP/1.1\r\nHost: " + place_.authority() + "\r\nUser-Agent: stickler\r\n";
  for (const auto& [name, value] : request.fields) head += name + ": " + value + "\r\n";
  if (has_body(request)) head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  return head + "\r\n";
}

// Until something has come, which then is in answer_.
net::Task<HttpCall::Trouble> HttpCall::read_some() {
  while (!cancelled_) {
    const net::IoResult got = try_input();
    if (!got.blocked()) co_return verdict_on(got);
    net::Wake woke = co_await stream_->socket().readable(left());
    if (woke == net::Wake::timed_out) co_return ran_out(Phase::answer, awaited());
  }
  co_return failed(Phase::answer, "");
}

net::IoResult HttpCall::try_input() {
  const net::BufferLease buffer = net::BufferPool::local().lease(kCallBuffer);
  const net::IoResult got = stream_->try_read(buffer.data(), buffer.size());
  if (got.done()) answer_->received({buffer.data(), got.bytes});
  if (got.eof()) answer_->peer_finished();
  return got;
}

HttpCall::Trouble HttpCall::verdict_on(const net::IoResult& got) {
  if (got.failed()) return failed(Phase::answer, system_reason(got.error));
  if (!answer_->fault().empty()) return failed(Phase::answer, answer_->fault());
  return std::nullopt;
}

const char* HttpCall::awaited() const { return answer_->begun() ? "whole answer" : "answer"; }

// ---- Time and failure ----

void HttpCall::set_limit(Duration limit) {
  limit_ = limit;
  until_ = net::EventLoop::current().now() + limit;
}

// Never nothing, which would mean no limit, unless there is none.
Duration HttpCall::left() const {
  if (cancelled_) return kLeast;
  if (limit_ == kNoLimit) return kNoLimit;
  return std::max(until_ - net::EventLoop::current().now(), kLeast);
}

HttpFailure HttpCall::failed(Phase phase, std::string text) {
  HttpFailure failure;
  failure.phase = phase;
  failure.cancelled = cancelled_;
  failure.maybe_delivered = sent_;
  failure.on_kept_connection = kept_;
  failure.text = cancelled_ ? "given up" : std::move(text);
  stream_.reset();
  return failure;
}

// The connection is left as it is: a long answer may be waited for again.
HttpFailure HttpCall::ran_out(Phase phase, const char* what) {
  HttpFailure failure;
  failure.phase = phase;
  failure.cancelled = cancelled_;
  failure.timed_out = !cancelled_;
  failure.maybe_delivered = sent_;
  failure.on_kept_connection = kept_;
  failure.text = std::string("no ") + what + " within " + format_duration(limit_);
  return failure;
}

// "connection refused", or OpenSSL's words for what a peer did not like.
std::string HttpCall::system_reason(int error) const {
  if (error == EPROTO && stream_ && stream_->is_tls()) return "TLS: " + net::take_openssl_reason();
  std::string text = std::generic_category().message(error);
  text.front() = to_lower(text.front());
  return text;
}

}  // namespace stickler::backend
