// SPDX-License-Identifier: MIT
// One of Stickler's backends from a backend or listen section. One translation, one thread.
#pragma once

#include <vector>

#include "haproxy/draft.h"
#include "haproxy/global.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {

// `reached_by`: the listeners whose requests come here.
void write_backend(const Proxy& proxy, const Global& global, const std::vector<Facts>& reached_by,
                   Draft& backend, Ledger& ledger);

}  // namespace stickler::haproxy
