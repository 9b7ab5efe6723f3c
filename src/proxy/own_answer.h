// SPDX-License-Identifier: MIT
// Requests that are answered here, without asking a server, and why. Pure: whoever explains what a
// request gets calls the same function as who serves it.
#pragma once

#include <cstdint>
#include <optional>

#include "config/config.h"
#include "http/head.h"
#include "proxy/local_reply.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {

struct OwnAnswer {
  enum class Why : std::uint8_t {
    connect,   // 405: not for who stands in front of servers
    redirect,  // the route's, or the listener's
    no_host,   // 400: a redirect to the request's own host, which it does not name
    answer,    // the route's fixed one
    nowhere,   // 404: neither route nor listener leads to a backend
    no_key,    // 404: the backend's map wants a key, or nobody has this one
    held_key,  // 503: its owner has changed, and may not have it yet
    absent,    // 503: the node for requests without a key is not there
    bad_key,   // 400: what stands in the place of a key is none, or there are several
  };
  Why why = Why::nowhere;
  LocalReply reply;
};

// `route`: the one that matched, or null; `destination`: this request's. Nothing if a server has to
// be asked.
std::optional<OwnAnswer> own_answer(const ListenerRules& listener, const config::Route* route,
                                    const Destination& destination, const http::RequestHead& head);

}  // namespace stickler::proxy
