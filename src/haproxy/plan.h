// SPDX-License-Identifier: MIT
// What happens to the requests of one listener: HAProxy's rules, tried in their order with
// conditions that may be negated and rules that change a request and go on, as a list of routes of
// which the first that fits decides. Pure but for the ledger.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "haproxy/edits.h"
#include "haproxy/match.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {

// One of redirect, answer and backend. Neither: nobody answers (HAProxy's 503).
struct Outcome {
  std::optional<RedirectTo> redirect;
  std::optional<config::Answer> answer;
  const Proxy* backend = nullptr;
  const Server* server = nullptr;  // pinned
  const Line* line = nullptr;      // the last word
};

struct PlannedRoute {
  std::string name;
  Match match;
  Outcome outcome;
  Edits edits;
  Lines from;
};

struct Plan {
  std::vector<PlannedRoute> routes;  // the first that fits
  PlannedRoute otherwise;            // every other request
  Edits edits;                       // of every request
  // Lines that say what the group `forwarded` says: proto, host, for = "append" or "replace".
  Lines proto;
  Lines host;
  Lines append_for;
  Lines replace_for;
};

// By HAProxy's names; of those in mode http.
using Proxies = std::map<std::string, const Proxy*>;

Plan plan_listener(const Proxy& front, const Proxies& backends, const Facts& facts, Ledger& ledger);

// The edits of requests that hold for a backend whatever listener they come by.
Edits edits_of_backend(const Proxy& backend, Ledger& ledger);

}  // namespace stickler::haproxy
