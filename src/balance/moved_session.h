// SPDX-License-Identifier: MIT
// Where a session goes when its server is lost. A browser has several requests under way at that
// moment (a poll, an edit, a page), all with the old server's cookie. Balanced one by one they
// would scatter: each answer would name another server, and the session would move again and again.
// So requests that are of one browser by their address and their other cookies (the application's
// own session is among them) choose alike, whichever worker or balancer serves them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "balance/candidates.h"
#include "http/head.h"

namespace stickler::balance {

// The same for all requests of a browser; nothing if no cookie but `persistence_cookie` was sent:
// then clients behind one address cannot be told apart, and all would move to one server.
std::optional<std::uint64_t> moved_session_key(std::span<const http::Field> fields,
                                               std::string_view persistence_cookie,
                                               std::string_view client_key);

// The position chosen for such a key, in proportion to the weights; nothing if there is no
// candidate. Does not allocate.
std::optional<std::size_t> choose_for_moved_session(const Candidates& candidates,
                                                    std::uint64_t key);

}  // namespace stickler::balance
