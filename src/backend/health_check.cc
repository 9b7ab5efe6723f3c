// SPDX-License-Identifier: MIT
#include "backend/health_check.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/strings.h"
#include "net/buffer_pool.h"
#include "net/event_loop.h"
#include "net/plain_stream.h"
#include "net/tls_stream.h"
#include "net/write_all.h"

namespace stickler::backend {
namespace {

using CheckKind = config::Check::Kind;

constexpr std::size_t kCheckBuffer = 4096;

// How soon to look again for a free descriptor.
constexpr Duration kShortagePause = std::chrono::milliseconds(100);

// "Connection refused" within a sentence.
std::string system_reason(int error) {
  std::string text = std::generic_category().message(error);
  text.front() = to_lower(text.front());
  return text;
}

bool over_tls(const config::Check& settings) {
  return settings.kind == CheckKind::tls || (settings.kind == CheckKind::http && settings.tls);
}

// The Host of the request: as set, or the address as written.
std::string host_of(const config::Check& settings, const std::string& server) {
  if (!settings.host.empty()) return settings.host;
  return server.starts_with("unix:") ? "localhost" : server;
}

std::string tls_name_of(const std::string& host) {
  std::optional<net::HostPort> parts = net::split_host_port(host);
  return parts ? parts->host : host;
}

std::string request_of(const config::Check& settings, const std::string& server) {
  return settings.method + ' ' + settings.path + " HTTP/1.1\r\nHost: " + host_of(settings, server) +
         "\r\nUser-Agent: stickler-check\r\nConnection: close\r\n\r\n";
}

net::Address with_port(const net::Address& address, unsigned port) {
  sockaddr_storage changed{};
  std::memcpy(&changed, address.data(), address.size());
  const auto number = htons(static_cast<std::uint16_t>(port));
  if (address.family() == AF_INET) reinterpret_cast<sockaddr_in&>(changed).sin_port = number;
  if (address.family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(changed).sin6_port = number;
  return net::Address(reinterpret_cast<const sockaddr*>(&changed), address.size());
}

void reset_on_close(const net::Socket& socket) {
  linger at_once{1, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

HealthCheck::HealthCheck(const config::Check& settings, const std::string& server,
                         const net::TlsClientContext& tls)
    : settings_(settings),
      tls_(tls),
      tls_name_(tls_name_of(host_of(settings, server))),
      request_(request_of(settings, server)) {}

net::Task<CheckVerdict> HealthCheck::run(net::Address address) {
  begun_ = net::EventLoop::current().now();
  if (settings_.port != 0) address = with_port(address, settings_.port);
  net::ConnectResult connected = co_await net::connect_to(address, left(), &connecting_);
  // That we have no descriptor says nothing about the server.
  while (connected.out_of_descriptors() && !cancelled_) {
    net::WaitSlot slot = nullptr;
    connecting_ = &slot;
    co_await net::pause(kShortagePause, slot);
    connecting_ = nullptr;
    begun_ = net::EventLoop::current().now();
    connected = co_await net::connect_to(address, left(), &connecting_);
  }
  if (connected.error == ETIMEDOUT)
    co_return failed(CheckResult::no_connection, unanswered("connection"));
  if (!connected.ok()) {
    co_return failed(CheckResult::not_connected, system_reason(connected.error));
  }
  reset_on_close(connected.socket);
  if (settings_.kind == CheckKind::tcp) {
    co_return passed(CheckResult::connected, with_time("connected"));
  }

  CheckVerdict verdict;
  if (over_tls(settings_)) {
    verdict = co_await check_over_tls(std::move(connected.socket));
  } else {
    verdict = co_await check_plainly(std::move(connected.socket));
  }
  socket_ = nullptr;
  co_return verdict;
}

void HealthCheck::cancel() {
  cancelled_ = true;
  if (connecting_ != nullptr) {
    net::EventLoop::current().ready().wake_slot(*connecting_, net::Wake::cancelled);
  }
  if (socket_ == nullptr) return;
  socket_->cancel_read();
  socket_->cancel_write();
}

net::Task<CheckVerdict> HealthCheck::check_over_tls(net::Socket connected) {
  net::TlsStream stream(std::move(connected), tls_.new_session(tls_name_));
  socket_ = &stream.socket();
  net::HandshakeResult shaken = co_await stream.handshake(left());
  if (shaken.end == net::HandshakeResult::End::timed_out) {
    co_return failed(CheckResult::no_tls, unanswered("TLS handshake"));
  }
  if (!shaken.ok()) {
    co_return failed(CheckResult::tls_failed, "TLS handshake: " + shaken.reason);
  }
  if (settings_.kind == CheckKind::tls) {
    co_return passed(CheckResult::tls_passed, with_time("TLS handshake"));
  }
  co_return co_await ask(stream);
}

net::Task<CheckVerdict> HealthCheck::check_plainly(net::Socket connected) {
  net::PlainStream stream(std::move(connected));
  socket_ = &stream.socket();
  co_return co_await ask(stream);
}

net::Task<CheckVerdict> HealthCheck::ask(net::Stream& stream) {
  const net::Flight flight{request_};
  net::WriteResult sent = co_await net::write_all(stream, flight, left());
  CheckVerdict verdict;
  if (sent.done()) {
    verdict = co_await read_answer(stream);
  } else if (sent.kind == net::WriteResult::Kind::failed) {
    verdict = failed(CheckResult::bad_answer, system_reason(sent.error));
  } else {
    verdict = failed(CheckResult::no_answer, unanswered("answer"));
  }
  verdict.text = settings_.method + ' ' + settings_.path + ": " + verdict.text;
  co_return verdict;
}

net::Task<CheckVerdict> HealthCheck::read_answer(net::Stream& stream) {
  CheckAnswer answer(settings_);
  net::BufferLease buffer = net::BufferPool::local().lease(kCheckBuffer);
  for (;;) {
    net::IoResult got = stream.try_read(buffer.data(), buffer.size());
    if (got.done()) {
      std::optional<Judgement> judgement = answer.received({buffer.data(), got.bytes});
      if (judgement) co_return verdict_on_answer(*judgement);
    } else if (!got.blocked()) {
      co_return verdict_on_answer(answer.ended());
    } else {
      net::Wake woke = co_await stream.socket().readable(left());
      if (woke == net::Wake::ready) continue;
      co_return failed(CheckResult::no_answer,
                       unanswered(answer.begun() ? "whole answer" : "answer"));
    }
  }
}

// Of the whole check's time. Never nothing, which would mean no limit.
Duration HealthCheck::left() const {
  constexpr Duration kLeast{1};
  if (cancelled_) return kLeast;
  return std::max(begun_ + settings_.timeout - net::EventLoop::current().now(), kLeast);
}

Duration HealthCheck::taken() const { return net::EventLoop::current().now() - begun_; }

CheckVerdict HealthCheck::passed(CheckResult result, std::string text) const {
  return {true, result, 0, taken(), std::move(text)};
}

CheckVerdict HealthCheck::failed(CheckResult result, std::string text) const {
  return {false, result, 0, taken(), std::move(text)};
}

std::string HealthCheck::with_time(std::string what) const {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(taken()).count();
  return what + " in " + std::to_string(milliseconds) + " ms";
}

std::string HealthCheck::unanswered(const char* awaited) const {
  return std::string("no ") + awaited + " within " + format_duration(settings_.timeout);
}

CheckVerdict HealthCheck::verdict_on_answer(const Judgement& judgement) const {
  if (judgement.status == 0) return failed(CheckResult::bad_answer, judgement.fault);
  std::string text = with_time(std::to_string(judgement.status));
  if (!judgement.fault.empty()) text += ", but " + judgement.fault;
  const CheckResult wrong =
      judgement.fault.empty() ? CheckResult::wrong_status : CheckResult::bad_answer;
  const CheckResult result = judgement.passed ? CheckResult::passed : wrong;
  return {judgement.passed, result, judgement.status, taken(), std::move(text)};
}

}  // namespace stickler::backend
