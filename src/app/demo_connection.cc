// SPDX-License-Identifier: MIT
#include "app/demo_connection.h"

#include <sys/socket.h>

#include <array>
#include <utility>

#include "base/assert.h"
#include "http/body_reader.h"
#include "http/cookie.h"
#include "http/http1_writer.h"
#include "net/write_all.h"

namespace stickler::app {
namespace {

constexpr std::size_t kInput = 16 * 1024;
constexpr http::HeadLimits kHead{.head = 8 * 1024, .target = 1024};
constexpr std::size_t kMostText = 256 * 1024;
// Longer than Stickler keeps an idle connection, as its manual asks of servers.
constexpr Duration kIdleLimit = std::chrono::seconds(65);
// Neither page nor editor needs anything from elsewhere.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string cookie_value(const std::vector<http::Field>& fields, std::string_view name) {
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name == name) return std::string(cookie->value);
    }
  }
  return "";
}

std::string head_of(const DemoReply& reply, bool keep_alive) {
  std::array<char, 1024> space{};
  http::HeadWriter head(space.data(), space.size());
  head.status_line(reply.status, "", 1);
  if (reply.status != 204) {
    head.field("Content-Type", reply.content_type);
    head.field("Content-Length", reply.body.size());
  }
  head.field("Cache-Control", "no-store");
  head.field("Content-Security-Policy", kContentPolicy);
  if (!reply.session.empty()) {
    head.begin_field("Set-Cookie");
    head.raw(kDemoSessionCookie);
    head.raw("=");
    head.raw(reply.session);
    head.raw("; Path=/; HttpOnly; Secure; SameSite=Lax");
    head.end_field();
  }
  if (!keep_alive) head.field("Connection", "close");
  head.end_head();
  ASSERT(head.ok());
  return std::string(head.written());
}

}  // namespace

DemoConnection::DemoConnection(net::Socket socket, DemoEditor& editor, const OnSwitch& on_switch)
    : stream_(std::move(socket)), editor_(editor), on_switch_(on_switch), parser_(kHead) {}

net::Task<> DemoConnection::serve() {
  while (keep_alive_) {
    bool came = co_await read_request();
    if (!came) co_return;
    answering_ = true;
    DemoReply reply = editor_.answer(request_);
    if (reply.change) {
      on_switch_(*reply.change);
      // Who reads the reply may rely on it: a server that stops has closed its port by then.
      co_await net::yield();
    }
    bool sent = co_await send(reply);
    if (!sent) co_return;
    answering_ = false;
  }
}

// Whoever waits for a request finds the end of the stream.
void DemoConnection::cut() {
  keep_alive_ = false;
  if (!answering_) ::shutdown(stream_.socket().fd(), SHUT_RDWR);
}

// A client that does not speak the protocol gets no answer: Stickler lets none through.
net::Task<bool> DemoConnection::read_request() {
  parser_.reset();
  for (;;) {
    http::ParseStatus status = parser_.parse(input_.bytes());
    if (status == http::ParseStatus::complete) break;
    if (status == http::ParseStatus::failed) co_return false;
    bool more = co_await read_more();
    if (!more) co_return false;
  }
  const http::RequestHead& head = parser_.head();
  request_.method = head.method;
  request_.path = head.path;
  request_.session = cookie_value(head.fields, kDemoSessionCookie);
  keep_alive_ = head.keep_alive;
  http::BodyFraming framing = head.body;
  input_.consume(parser_.head_size());
  co_return co_await read_body(framing);
}

net::Task<bool> DemoConnection::read_body(http::BodyFraming framing) {
  http::BodyReader body;
  body.begin(framing);
  request_.body.clear();
  while (!body.ended()) {
    http::BodyReader::Step step = body.feed(input_.data(), input_.size());
    request_.body.append(input_.data(), step.payload);
    input_.consume(step.consumed);
    if (step.failed || request_.body.size() > kMostText) co_return false;
    if (body.ended()) break;
    bool more = co_await read_more();
    if (!more) co_return false;
  }
  co_return true;
}

net::Task<bool> DemoConnection::read_more() {
  input_.reserve(kInput);
  for (;;) {
    net::IoResult got = stream_.try_read(input_.space(), input_.space_size());
    if (got.done()) {
      input_.received(got.bytes);
      co_return true;
    }
    if (!got.blocked()) co_return false;
    net::Wake woke = co_await stream_.socket().readable(kIdleLimit);
    if (woke != net::Wake::ready) co_return false;
  }
}

net::Task<bool> DemoConnection::send(const DemoReply& reply) {
  std::string head = head_of(reply, keep_alive_);
  bool bodiless = request_.method == http::Method::head;
  net::Flight flight{head, bodiless ? std::string_view{} : std::string_view(reply.body), {}};
  net::WriteResult written = co_await net::write_all(stream_, flight, kIdleLimit);
  co_return written.done();
}

}  // namespace stickler::app
