// SPDX-License-Identifier: MIT
// Where Stickler's defaults are not HAProxy's, as far as it matters for one file. Pure.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "haproxy/global.h"
#include "haproxy/proxy.h"

namespace stickler::haproxy {

// Sentences for people.
std::vector<std::string> differences(const std::deque<Proxy>& proxies, const Global& global);

}  // namespace stickler::haproxy
