// SPDX-License-Identifier: MIT
// A request as the question that balance::decide() answers; the same for who serves it and for who
// explains it.
#pragma once

#include <ctime>

#include "balance/decision.h"
#include "http/head.h"
#include "net/address.h"
#include "proxy/snapshot.h"
#include "proxy/tls_facts.h"

namespace stickler::proxy {

// `destination`, the request's own, has a backend; `route` is the one that matched, or null. Views
// the arguments. What a table says of its key is not among it: to ask is a use of the key, or not
// (balance/stick.h).
balance::Question question_of(const Destination& destination, const config::Route* route,
                              const http::RequestHead& head, const net::Address& client,
                              std::time_t now);

// What of the request may hold a key. Views the arguments.
balance::KeyFacts key_facts_of(const http::RequestHead& head, const net::Address& client,
                               const TlsFacts* tls);

}  // namespace stickler::proxy
