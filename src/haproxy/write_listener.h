// SPDX-License-Identifier: MIT
// One of Stickler's listeners from a frontend: addresses, TLS, what becomes of requests. One
// translation, one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "haproxy/draft.h"
#include "haproxy/plan.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {

// The binds of a frontend that make one listener: without TLS, or with the same of it.
struct BindGroup {
  const Proxy* front = nullptr;
  std::string name;  // ours
  std::vector<const Bind*> binds;
  std::vector<std::pair<std::string, const Line*>> texts;  // addresses in our form
  Facts facts;
};

// All listeners of a file, with names of their own and no address twice. Frontends of which no
// address is left have none.
std::vector<BindGroup> group_binds(const std::vector<const Proxy*>& fronts, Ledger& ledger);

// `backend_names`: ours.
void write_listener(const BindGroup& group, const Plan& plan,
                    const std::map<const Proxy*, std::string>& backend_names, Draft& listener,
                    Ledger& ledger);

// Edits of responses that hold at each of `facts`; what depends on the request is reported.
Edits edits_of_responses(const Proxy& proxy, const std::vector<Facts>& facts, Ledger& ledger);

}  // namespace stickler::haproxy
