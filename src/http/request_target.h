// SPDX-License-Identifier: MIT
// The four forms of a request target (RFC 9112 §3.2) and what Host must say beside them. Percent
// signs are not looked at: the path goes to the server as it came.
#pragma once

#include <string_view>

#include "http/head.h"

namespace stickler::http {

// From head.method and head.target, sets target_form, path, query, and the authority of an absolute
// or authority form. Returns what is wrong, a static sentence, or null.
const char* parse_target(RequestHead& head);

// Checks the value of Host against the target and, if the target names no authority, takes it as
// head.authority. Returns what is wrong, or null.
const char* parse_host(RequestHead& head, std::string_view value);

}  // namespace stickler::http
