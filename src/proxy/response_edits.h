// SPDX-License-Identifier: MIT
// The response head as the client gets it: without what ends at this hop, with the configured
// changes and the persistence cookie last, as HAProxy orders them.
#pragma once

#include <optional>
#include <string_view>

#include "balance/cookie_persistence.h"
#include "http/head.h"
#include "proxy/exchange_record.h"
#include "proxy/field_list.h"
#include "proxy/request_edits.h"

namespace stickler::proxy {

// What the session cookie needs to know; absent for requests that do not touch the session.
struct SessionContext {
  const config::Cookie& settings;
  const balance::CookieVerdict& presented;
  std::size_t answering;          // the server's position
  std::string_view cookie_value;  // of that server
  bool tls = false;
  std::time_t now = 0;
};

struct ResponseContext {
  const config::Listener& listener;
  const config::Route* route;  // or null
  const config::Backend& backend;
  const Variables& variables;
  const SessionContext* session;  // or null
};

// Whether a cookie is due with the answer, as HAProxy's fourth termination flag: N none, I
// inserted, U updated.
char cookie_due(const SessionContext& session);

// Fills `fields`; they view the head, the configuration and `fields` itself. Returns HAProxy's
// fourth termination flag: what became of the cookie.
char edit_response(const http::ResponseHead& head, const ResponseContext& context,
                   FieldList& fields);

// An interim response (1xx): nothing is added, and what ends at this hop is left out. The session's
// cookie comes with the final answer only.
void edit_interim(const http::ResponseHead& head, const config::Backend& backend,
                  FieldList& fields);

// The same for an answer of our own: configured changes only.
void edit_local_response(const config::Listener& listener, const config::Route* route,
                         const Variables& variables, FieldList& fields);

}  // namespace stickler::proxy
