// SPDX-License-Identifier: MIT
// The global section as values: what its lines say, the last word of each.
#pragma once

#include <vector>

#include "haproxy/draft.h"
#include "haproxy/ledger.h"
#include "haproxy/proxy.h"

namespace stickler::haproxy {

struct Global {
  Settings process;
  Settings runtime;
  Settings log;
  TlsDefaults tls;
  Settings limits;  // max_head, max_fields: of every listener and backend
};

void read_global(const Section& section, Global& global, Ledger& ledger);

// What of it has no setting here, or needs none. What nobody knows is left to the ledger.
void read_global_without_setting(const Line& line, Ledger& ledger);

}  // namespace stickler::haproxy
