// SPDX-License-Identifier: MIT
// Persistence by an inserted cookie, value and stamps as HAProxy writes them (its manual,
// `cookie`): "NAME=server", "server|LLLLL" with maxidle, "server|LLLLL|FFFFF" with maxlife; L and F
// are the last and first use (cookie_stamp.h). So sessions continue when one program replaces the
// other. Pure: the time is passed in; nothing here allocates but what is appended to `out`.
//
// Differs from HAProxy on purpose: dates are judged per cookie and never taken from another one of
// the same name; a cookie is renewed at most once per `refresh`, not on each answer.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "balance/candidates.h"
#include "balance/cookie_stamp.h"
#include "config/config.h"
#include "http/head.h"

namespace stickler::balance {

// What the client presented. `valid` says nothing of whether the server is usable. Dates are judged
// only if the configuration limits them, and before the name, hence the order.
enum class CookieState : std::uint8_t {
  none,     // no such cookie                                 log flag N
  valid,    //                                                V
  invalid,  // unknown server, empty, malformed               I
  expired,  // last use longer ago than maxidle, or > 24 h in the future      E
  too_old,  // first use longer ago than maxlife, or > 24 h in the future     O
};

struct CookieVerdict {
  CookieState state = CookieState::none;
  std::optional<std::size_t> server;  // position, if valid
  std::string_view formerly;          // the old name that was honoured, if any (views the server)
  std::optional<std::time_t> last;    // stamps of that cookie, seconds, if valid
  std::optional<std::time_t> first;
  std::string_view value = {};  // of that cookie, as it came (views the field)
};

// "server|LLLLL|FFFFF" taken apart, whether it is believed or not.
struct CookieParts {
  std::string_view server;
  std::optional<std::time_t> last;  // seconds; nothing if there is no such stamp
  std::optional<std::time_t> first;
};
CookieParts split_cookie(std::string_view value);

// Reads every Cookie field. Of several cookies of that name the first valid one counts whose server
// serves sessions now; if there is none, the first valid one; if there is none, the first one.
// (Left- overs of another domain or path come with the current cookie, and would else undo each
// redispatch.)
CookieVerdict judge_cookie(const config::Cookie& settings, std::span<const http::Field> fields,
                           Servers servers, std::time_t now);

// Whether the answer must carry a cookie: the server that answers is not the one presented, or a
// stamp is missing or superfluous, or the last use is older than settings.refresh (a quarter of
// maxidle if that is less), or the name was a former one.
bool needs_cookie(const config::Cookie& settings, const CookieVerdict& verdict,
                  std::size_t answering, std::time_t now);

// Appends the value of a Set-Cookie field: "NAME=server|L|F; path=/; …", attributes in HAProxy's
// order: path, domain, HttpOnly, Secure, SameSite, Max-Age.
// Behind TLS the ones that settings leave open are the safe ones, and Max-Age follows maxidle, so
// that a browser restarted keeps its session as long as the server would. Over plain HTTP only what
// was configured is written: byte for byte HAProxy's answer. `first`: kept from the verdict when a
// session is only refreshed, else now.
void append_set_cookie(const config::Cookie& settings, std::string_view server_cookie,
                       std::optional<std::time_t> first, std::time_t now, bool tls,
                       std::string& out);

}  // namespace stickler::balance
