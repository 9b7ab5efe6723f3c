// SPDX-License-Identifier: MIT
#include "proxy/request_edits.h"

#include <string>

#include "base/strings.h"
#include "http/comma_list.h"
#include "http/cookie.h"
#include "http/hop_by_hop.h"

namespace stickler::proxy {
namespace {

using http::Field;
using http::FieldId;

// So that a node can tell a request that was sent before it let go of what it is about.
constexpr std::string_view kEpochField = "X-Stickler-Epoch";

// A cookie field without our own cookies; nothing if those were all.
void add_cookie(const Field& field, const RequestContext& context, FieldList& fields) {
  const auto& settings = context.backend.settings().cookie;
  const bool persistent = settings && context.cookie != balance::CookieState::none;
  if (!persistent && !context.preview) {
    fields.add(field);
    return;
  }
  std::string rest;
  if (persistent && !http::append_without_cookie(field.value, settings->name, rest)) return;
  if (context.preview) {
    const std::string before = persistent ? rest : std::string(field.value);
    rest.clear();
    if (!http::append_without_cookie(before, kPreviewCookie, rest)) return;
  }
  fields.add({field.name, fields.keep(rest), FieldId::cookie});
}

// What a client says of itself is replaced unless it is a proxy that we trust.
bool replaced_by_us(const Field& field, const RequestContext& context) {
  if (context.client.trusted) return false;
  const config::Forwarded& forwarded = context.client.listener->settings.forwarded;
  switch (field.id) {
    case FieldId::x_forwarded_for:
      return forwarded.client == config::Forwarded::For::replace;
    case FieldId::x_forwarded_proto:
      return forwarded.proto;
    case FieldId::x_forwarded_host:
      return forwarded.host;
    default:
      return false;
  }
}

void add_forwarded(const http::RequestHead& head, const RequestContext& context,
                   FieldList& fields) {
  const config::Forwarded& forwarded = context.client.listener->settings.forwarded;
  auto kept = [&](FieldId id) {
    return context.client.trusted && http::find_field(head.fields, id) != nullptr;
  };
  if (forwarded.client != config::Forwarded::For::off) {
    fields.add("X-Forwarded-For", context.client.client);
  }
  if (forwarded.proto && !kept(FieldId::x_forwarded_proto)) {
    fields.add("X-Forwarded-Proto", context.client.tls ? "https" : "http");
  }
  if (forwarded.host && !head.authority.empty() && !kept(FieldId::x_forwarded_host)) {
    fields.add("X-Forwarded-Host", head.authority);
  }
}

// Host comes from the target if that is absolute (RFC 9112 §3.2.2).
void add_host(const http::RequestHead& head, const RequestContext& context, FieldList& fields) {
  const Field* host = http::find_field(head.fields, FieldId::host);
  if (host == nullptr) {
    std::string_view fallback = context.backend.settings().name;
    fields.add("Host", head.authority.empty() ? fallback : head.authority);
  } else {
    fields.add({host->name, head.authority, FieldId::host});
  }
}

}  // namespace

bool offers_upgrade(const http::RequestHead& head) {
  std::string_view rest = head.upgrade;
  for (auto protocol = http::next_element(rest); !protocol.empty();
       protocol = http::next_element(rest)) {
    if (equals_ignoring_case(protocol, "h2c")) return false;
  }
  return !head.upgrade.empty();
}

Variables variables_of(const ConnectionFacts& client, const config::Route* route,
                       const http::RequestHead& head, std::string_view request_id) {
  Variables variables;
  variables.client = client.client;
  if (route != nullptr) variables.route = route->name;
  variables.listener = client.listener->settings.name;
  variables.scheme = client.tls ? "https" : "http";
  variables.host = head.authority;
  if (client.tls_facts != nullptr) variables.tls_version = client.tls_facts->version;
  variables.request_id = request_id;
  return variables;
}

void edit_request(const http::RequestHead& head, const RequestContext& context, FieldList& fields) {
  fields.clear();
  http::HopByHop hop(head.fields);
  if (http::find_field(head.fields, FieldId::host) == nullptr) add_host(head, context, fields);
  bool has_id = context.request_id.empty();
  const std::string_view id_field =
      has_id ? std::string_view() : context.client.listener->settings.request_id;
  const bool clustered = !context.backend.settings().cluster.empty();
  for (const Field& field : head.fields) {
    if (hop.drops(field) || replaced_by_us(field, context)) continue;
    if (clustered && equals_ignoring_case(field.name, kEpochField)) continue;
    if (equals_ignoring_case(field.name, id_field)) {
      if (!context.client.trusted || field.value != context.request_id) continue;
      has_id = true;
    }
    if (field.id == FieldId::cookie) {
      add_cookie(field, context, fields);
    } else if (field.id == FieldId::host) {
      add_host(head, context, fields);
    } else {
      fields.add(field);
    }
  }
  add_forwarded(head, context, fields);
  if (!has_id) fields.add(id_field, context.request_id);
  if (context.epoch != 0) {
    fields.add(kEpochField, fields.keep(std::to_string(context.epoch)));
  }

  Variables variables = variables_of(context.client, context.route, head, context.request_id);
  variables.server = context.server.name();
  variables.backend = context.backend.name();
  apply_edits(context.client.listener->settings.request, variables, fields);
  if (context.route != nullptr) apply_edits(context.route->request, variables, fields);
  apply_edits(context.backend.settings().request, variables, fields);

  if (head.body.kind == http::BodyKind::chunked) fields.add("Transfer-Encoding", "chunked");
  if (offers_upgrade(head)) {
    fields.add("Connection", "Upgrade");
    fields.add("Upgrade", head.upgrade);
  }
}

std::size_t request_size(const http::RequestHead& head, const FieldList& fields) {
  constexpr std::size_t kAroundField = 4;  // ": " and CRLF
  constexpr std::size_t kAroundLine = 64;  // version, spaces, the empty line
  std::size_t size = head.method_text.size() + head.target.size() + kAroundLine;
  for (const Field& field : fields.fields()) {
    size += field.name.size() + field.value.size() + kAroundField;
  }
  return size;
}

void write_request(const http::RequestHead& head, const FieldList& fields,
                   http::HeadWriter& writer) {
  writer.request_line(head.method_text, head.path_and_query(), 1);
  for (const Field& field : fields.fields()) writer.field(field.name, field.value);
  writer.end_head();
}

}  // namespace stickler::proxy
