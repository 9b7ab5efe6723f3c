// SPDX-License-Identifier: MIT
// The request head as the server gets it: without what ends at this hop (RFC 9110 §7.6.1) and
// without the persistence cookie; with X-Forwarded-*, the request's id and the configured changes.
// Order and bytes of all other fields stay.
#pragma once

#include <string_view>

#include "backend/backend.h"
#include "balance/cookie_persistence.h"
#include "http/head.h"
#include "http/http1_writer.h"
#include "proxy/client_connection.h"
#include "proxy/field_list.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {

// What the edits depend on besides the head.
struct RequestContext {
  const ConnectionFacts& client;
  const config::Route* route;  // or null
  const backend::Backend& backend;
  const backend::Server& server;
  balance::CookieState cookie;       // whether there is a cookie to take out
  bool preview = false;              // or a preview's
  std::string_view request_id = {};  // "" : none is given
  std::uint64_t epoch = 0;           // of a cluster's assignment; 0: none is obeyed
};

// The values of ${…} for this request but for server and backend. Views the arguments.
Variables variables_of(const ConnectionFacts& client, const config::Route* route,
                       const http::RequestHead& head, std::string_view request_id);

// Whether the server is asked to switch protocols. Not to HTTP/2: who speaks that behind us would
// read requests that we never see.
bool offers_upgrade(const http::RequestHead& head);

// Fills `fields`; they view the head, the configuration and `fields` itself.
void edit_request(const http::RequestHead& head, const RequestContext& context, FieldList& fields);

// Bytes that write_request() will need at most.
std::size_t request_size(const http::RequestHead& head, const FieldList& fields);

// As HTTP/1.1 in origin form (RFC 9112 §3.2.1), whatever the client spoke.
void write_request(const http::RequestHead& head, const FieldList& fields,
                   http::HeadWriter& writer);

}  // namespace stickler::proxy
