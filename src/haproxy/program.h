// SPDX-License-Identifier: MIT
// The rules of one section in the order in which HAProxy tries them, for the requests of one
// listener: constants are settled, and edits that hold for all requests are set apart. Pure but for
// the ledger.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "haproxy/edits.h"
#include "haproxy/plan.h"

namespace stickler::haproxy {

struct Step {
  const Rule* rule = nullptr;
  std::vector<ResolvedClause> clauses;  // any of them
  std::string value;                    // of an edit, in our form
  std::size_t behind = 0;               // where `allow` goes on
};

struct Program {
  std::vector<Step> steps;
  Edits for_all;  // of the listener's requests; those of a backend are in edits_of_backend()
};

struct ProgramContext {
  const Facts& facts;
  const Proxies& backends;
  const std::set<const Rule*>& dropped;  // rules that turned out to have no translation
  Plan& plan;                            // receives what `forwarded` stands for
  Ledger& ledger;
};

// Of a frontend up to the choice of a backend, or of a section whose servers are asked.
Program program_of_front(const Proxy& front, const ProgramContext& context);
Program program_of_backend(const Proxy& backend, const ProgramContext& context);

}  // namespace stickler::haproxy
