// SPDX-License-Identifier: MIT
// Which server a request gets, and why: an administrator's preview, the route's pin, the map, the
// session's cookie, the key's entry in a table, the algorithm, in that order. Pure: reads
// ServerViews, sleeps for nobody, touches no socket and no clock; whoever explains a decision calls
// the same function.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "balance/algorithms.h"
#include "balance/cookie_persistence.h"
#include "balance/key_map.h"
#include "balance/reason.h"
#include "balance/stick.h"
#include "config/config.h"

namespace stickler::balance {

// The facts of one request that decide. Everything viewed outlives the call.
struct Question {
  const config::Backend* backend = nullptr;
  Servers servers;                       // those of the backend, same positions
  const config::Route* route = nullptr;  // the one that matched, or null
  std::optional<std::size_t> preview;    // the server a signed link leads to, as position
  std::optional<std::size_t> pin;        // the route's server, as position
  MapVerdict mapped;
  CookieVerdict cookie;
  KeyVerdict key;
  std::string_view client_key;          // address bytes, for hashes
  std::span<const http::Field> fields;  // the request's: its cookies tell one session from others
  std::span<const std::size_t> tried;   // servers that did not take this request
  std::string_view last_failure;        // "refused the connection", … of the last of them
};

// Fills in question.cookie from its fields, if the backend has sessions.
void judge_session(Question& question, std::time_t now);

// Whether something decides that is stronger than cookies and tables, and leaves them alone.
inline bool is_above_sessions(const Question& question) {
  return question.pin || question.preview || question.mapped.server || question.mapped.bucket;
}

// Whether the answer may carry the session's cookie.
inline bool touches_session(const Question& question) {
  return question.backend->cookie.has_value() && !is_above_sessions(question);
}

// HAProxy's third termination flag: what became of the cookie presented. `taken_by`: the server
// that took the request, if any did.
char presented_flag(const Question& question, std::optional<std::size_t> taken_by);

struct Choice {
  enum class Kind : std::uint8_t {
    server,  // send it to `server`
    queue,   // wait for a slot: of `server` if set, else of any
    wait,    // nobody can take it now, somebody may soon: wait up to the queue limit, decide again
    refuse,  // 503 now
  };
  Kind kind = Kind::refuse;
  std::optional<std::size_t> server;
  // The server is fixed by pin, or by a session that must not move: failures are retried there
  // only.
  bool fixed = false;
  Reason reason;
};

// `algorithm` is the backend's; its state moves only when it decides.
Choice decide(const Question& question, Algorithm& algorithm);

// Whose slot, once it is free, serves a request that has to wait: its own server's, or, if it may
// go to any, that of every server which decide() might choose now. None for `wait`: only a change
// of the servers helps, and a slot of another server must not take a session away from its own.
std::vector<std::size_t> servers_awaited(const Question& question, const Choice& choice);

}  // namespace stickler::balance
