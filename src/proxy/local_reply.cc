// SPDX-License-Identifier: MIT
#include "proxy/local_reply.h"

#include <array>
#include <utility>

#include "http/date.h"
#include "net/event_loop.h"
#include "proxy/error_page.h"
#include "proxy/response_edits.h"

namespace stickler::proxy {
namespace {

// How long a client should wait before it asks again for what no server could answer.
constexpr std::string_view kRetryAfterSeconds = "5";

// Without a port; brackets of an IPv6 literal stay.
std::string_view host_of(std::string_view authority) {
  std::size_t colon = authority.rfind(':');
  std::size_t bracket = authority.rfind(']');
  bool port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  return port ? authority.substr(0, colon) : authority;
}

std::string location_of(const config::Redirect& redirect, const http::RequestHead& head, bool tls) {
  std::string_view own_scheme = tls ? "https" : "http";
  std::string location(redirect.scheme.empty() ? own_scheme : redirect.scheme);
  location.append("://").append(redirect.host.empty() ? host_of(head.authority) : redirect.host);
  if (redirect.port != 0) location.append(":").append(std::to_string(redirect.port));
  if (!redirect.path.empty()) return location.append(redirect.path);
  // "*" of OPTIONS stands for the whole server.
  return location.append(head.path == "*" ? std::string_view("/") : head.path_and_query());
}

// Permanent ones may be remembered.
bool is_permanent(unsigned code) { return code == 301 || code == 308; }

// An origin server's duty (RFC 9110 §6.6.1), which we are for our own answers.
void add_date(FieldList& fields) {
  auto date = http::format_http_date(net::EventLoop::current().wall_seconds());
  fields.add("Date", fields.keep({date.data(), date.size()}));
}

void add_reply_fields(const LocalReply& reply, const Variables& variables, FieldList& fields) {
  add_date(fields);
  // Where no body can be a length would say something of another answer's (RFC 9110 §8.6).
  if (reply.status != 204 && reply.status != 304) {
    fields.add({"Content-Length", fields.keep(std::to_string(reply.body.size())),
                http::FieldId::content_length});
  }
  if (!reply.content_type.empty()) fields.add("Content-Type", reply.content_type);
  if (!reply.location.empty()) fields.add("Location", reply.location);
  if (!reply.set_cookie.empty()) fields.add("Set-Cookie", reply.set_cookie);
  if (reply.no_cache) fields.add("Cache-Control", "no-cache");
  if (reply.retry_later) fields.add("Retry-After", kRetryAfterSeconds);
  for (const config::NameValue& field : reply.fields) add_configured(field, variables, fields);
}

}  // namespace

LocalReply error_reply(unsigned status, bool close) {
  LocalReply reply;
  reply.status = status;
  reply.error_page = true;
  reply.no_cache = true;
  reply.retry_later = status == 503;
  reply.close = close;
  return reply;
}

LocalReply answer_reply(const config::Answer& answer) {
  LocalReply reply;
  reply.status = answer.status;
  reply.body = answer.body;
  if (!answer.body.empty()) reply.content_type = answer.content_type;
  reply.fields = answer.fields;
  return reply;
}

LocalReply ask_for_password() {
  static const std::array<config::NameValue, 1> kAsk{
      {{"WWW-Authenticate", "Basic realm=\"Stickler\", charset=\"UTF-8\""}}};
  LocalReply reply = error_reply(401, false);
  reply.fields = kAsk;
  return reply;
}

LocalReply answer_page(PageAnswer& page) {
  LocalReply reply;
  reply.status = page.status;
  reply.body = std::move(page.body);
  reply.content_type = page.content_type;
  reply.fields = page.fields;
  reply.no_cache = true;
  return reply;
}

std::optional<LocalReply> redirect_reply(const config::Redirect& redirect,
                                         const http::RequestHead& head, bool tls) {
  if (redirect.host.empty() && head.authority.empty()) return std::nullopt;
  LocalReply reply;
  reply.status = redirect.code;
  reply.location = location_of(redirect, head, tls);
  reply.no_cache = !is_permanent(redirect.code);
  return reply;
}

net::Task<ClientResult> send_reply(ClientConnection& client, const http::RequestHead& head,
                                   const config::Route* route, LocalReply reply, Service& service) {
  const config::Listener& listener = client.facts().listener->settings;
  if (reply.error_page) {
    ErrorPage page = error_page(listener, reply.status, reply.request_id);
    reply.body = std::move(page.body);
    reply.content_type = page.content_type;
  }
  FieldList& fields = service.response_fields();
  fields.clear();
  Variables variables = variables_of(client.facts(), route, head, reply.request_id);
  add_reply_fields(reply, variables, fields);
  edit_local_response(listener, route, variables, fields);

  OutgoingResponse outgoing;
  outgoing.status = reply.status;
  outgoing.fields = fields.fields();
  outgoing.body = {http::BodyKind::length, reply.body.size()};
  outgoing.close = reply.close;
  co_return co_await client.send_head(outgoing, reply.body, true, listener.timeouts.client);
}

net::Task<ClientResult> send_reply_to_bad_request(ClientConnection& client, LocalReply reply,
                                                  Service& service) {
  const http::RequestHead unread;
  co_return co_await send_reply(client, unread, nullptr, std::move(reply), service);
}

}  // namespace stickler::proxy
