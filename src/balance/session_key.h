// SPDX-License-Identifier: MIT
// A number for a session, to tell how many there are: of the client's address and of all cookies
// that came with the request but the persistence cookie's value, which changes while the session
// goes on. Costs some nanoseconds: nothing is taken apart that judge_cookie() has not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "http/head.h"

namespace stickler::balance {

// The same for all requests of a session that has returned its cookie; never 0. `own_value` is the
// persistence cookie's value, a view of one of the fields. Clients behind one address that send no
// cookie but this one are taken for one session.
std::uint64_t session_key(std::span<const http::Field> fields, std::string_view own_value,
                          std::string_view client_key);

}  // namespace stickler::balance
