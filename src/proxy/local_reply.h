// SPDX-License-Identifier: MIT
// Answers of our own: error pages, redirects, fixed answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/head.h"
#include "proxy/client_connection.h"
#include "proxy/field_list.h"
#include "proxy/local_pages.h"
#include "proxy/service.h"

namespace stickler::proxy {

// A whole answer as text; fields view it or the configuration.
struct LocalReply {
  unsigned status = 503;
  std::string_view request_id = {};  // "" : none is given
  bool error_page = false;           // body and type are those of the status's page (error_page.h)
  std::string body;
  std::string_view content_type;  // "" : no such field
  std::string location;           // of a redirect
  std::string set_cookie;         // "" : none
  std::span<const config::NameValue> fields;
  bool no_cache = false;
  bool retry_later = false;  // Retry-After
  bool close = false;
};

// With the page of that status.
LocalReply error_reply(unsigned status, bool close);

LocalReply answer_reply(const config::Answer& answer);

// 401 for a page with a password (RFC 7617).
LocalReply ask_for_password();

// Takes `page`'s body and views its fields; it must live until the reply is sent.
LocalReply answer_page(PageAnswer& page);

// Nothing if the request names no host to redirect to (RFC 9112 §3.2: 400).
std::optional<LocalReply> redirect_reply(const config::Redirect& redirect,
                                         const http::RequestHead& head, bool tls);

// Sends it, with the listener's and the route's configured response fields.
net::Task<ClientResult> send_reply(ClientConnection& client, const http::RequestHead& head,
                                   const config::Route* route, LocalReply reply, Service& service);

// The same where no request could be read.
net::Task<ClientResult> send_reply_to_bad_request(ClientConnection& client, LocalReply reply,
                                                  Service& service);

}  // namespace stickler::proxy
