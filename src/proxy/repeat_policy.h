// SPDX-License-Identifier: MIT
// What follows a failed attempt: pure, so that every case can be tried out in a test.
#pragma once

#include "config/config.h"
#include "proxy/failure.h"

namespace stickler::proxy {

enum class Next : std::uint8_t {
  answer,        // tell the client
  same_server,   // again, after a pause if the failure was quick
  fresh,         // again at the same server at once, on a new connection
  other_server,  // decide again without this one
};

struct Attempted {
  unsigned retries = 0;        // repeats so far
  bool reused = false;         // the connection had served an earlier request
  bool idempotent = false;     // RFC 9110 §9.2.2
  bool body_held = false;      // the whole request is still here, or has no body
  bool fixed = false;          // the request must not go to another server
  bool others_usable = false;  // another server may take it
};

// As HAProxy's `retries` and `option redispatch` for connections that were not made. A request that
// its server may have seen is repeated only when that is safe, once, and only if the connection was
// an old one: a server that closes an idle connection in the very moment of its use has not worked
// on it.
Next next_after(const Failure& failure, const Attempted& attempted, const config::Retry& retry);

}  // namespace stickler::proxy
