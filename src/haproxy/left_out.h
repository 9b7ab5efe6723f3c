// SPDX-License-Identifier: MIT
// Sections that make neither a listener nor a backend: not of HTTP, disabled, or of a kind that
// Stickler does not have. Pure but for the ledger.
#pragma once

#include "haproxy/cfg.h"
#include "haproxy/ledger.h"

namespace stickler::haproxy {

// If it is left out, each of its lines has been told of. Not for `global` and `defaults`.
bool is_left_out(const Section& section, Ledger& ledger);

}  // namespace stickler::haproxy
