// SPDX-License-Identifier: MIT
#include "proxy/response_edits.h"

#include <string>

#include "base/strings.h"
#include "http/cookie.h"
#include "http/hop_by_hop.h"

namespace stickler::proxy {
namespace {

using http::Field;
using http::FieldId;

// A server's own cookie of the session's name; it would send the client to nowhere.
bool sets_cookie(const Field& field, std::string_view name) {
  return field.id == FieldId::set_cookie && http::set_cookie_name(field.value) == name;
}

bool sets_session_cookie(const Field& field, const SessionContext* session) {
  return session != nullptr && sets_cookie(field, session->settings.name);
}

bool explicitly_cacheable(const http::ResponseHead& head) {
  bool cacheable = false;
  for (const Field& field : head.fields) {
    if (field.id != FieldId::cache_control) continue;
    std::string value = lower_case(field.value);
    for (std::string_view word : {"private", "no-store", "no-cache"}) {
      if (value.find(word) != std::string::npos) return false;
    }
    if (value.find("max-age=") != std::string::npos) cacheable = true;
  }
  return cacheable;
}

// Adds the cookie if one is due.
char add_session_cookie(const http::ResponseHead& head, const SessionContext& session,
                        FieldList& fields) {
  const char due = cookie_due(session);
  if (due == 'N') return due;
  std::optional<std::time_t> first;
  if (due == 'U') first = session.presented.first;
  std::string value;
  balance::append_set_cookie(session.settings, session.cookie_value, first, session.now,
                             session.tls, value);
  fields.add("Set-Cookie", fields.keep(value));
  if (session.settings.nocache && explicitly_cacheable(head)) {
    fields.add("Cache-Control", "private");
  }
  return due;
}

}  // namespace

char cookie_due(const SessionContext& session) {
  if (!balance::needs_cookie(session.settings, session.presented, session.answering, session.now)) {
    return 'N';
  }
  return session.presented.server == session.answering ? 'U' : 'I';
}

char edit_response(const http::ResponseHead& head, const ResponseContext& context,
                   FieldList& fields) {
  fields.clear();
  http::HopByHop hop(head.fields);
  bool server_set_cookie = false;
  for (const Field& field : head.fields) {
    if (hop.drops(field)) continue;
    // A length where there is no body would be read as one (RFC 9110 §8.6).
    if (field.id == FieldId::content_length && (head.status < 200 || head.status == 204)) continue;
    if (sets_session_cookie(field, context.session)) {
      server_set_cookie = true;
      if (!context.session->settings.preserve) continue;
    }
    fields.add(field);
  }
  edit_local_response(context.listener, context.route, context.variables, fields);
  apply_edits(context.backend.response, context.variables, fields);

  if (context.session == nullptr) return '-';
  if (server_set_cookie && context.session->settings.preserve) return 'P';
  char given = add_session_cookie(head, *context.session, fields);
  return given == 'N' && server_set_cookie ? 'D' : given;
}

void edit_interim(const http::ResponseHead& head, const config::Backend& backend,
                  FieldList& fields) {
  fields.clear();
  http::HopByHop hop(head.fields);
  for (const Field& field : head.fields) {
    bool ours = backend.cookie && sets_cookie(field, backend.cookie->name);
    if (!ours && !hop.drops(field) && field.id != FieldId::content_length) fields.add(field);
  }
}

void edit_local_response(const config::Listener& listener, const config::Route* route,
                         const Variables& variables, FieldList& fields) {
  apply_edits(listener.response, variables, fields);
  if (route != nullptr) apply_edits(route->response, variables, fields);
}

}  // namespace stickler::proxy
