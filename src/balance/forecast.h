// SPDX-License-Identifier: MIT
// What would be decided, without deciding it: for who explains. The same decide() is asked, with an
// algorithm that takes no turns.
#pragma once

#include <cstddef>
#include <vector>

#include "balance/decision.h"

namespace stickler::balance {

struct Forecast {
  // As decide() says it; of several servers that take turns it names the first.
  Choice choice;
  // All that the request may come to: the server chosen, or those that take turns; of a request
  // that has to wait, whose slot it waits for.
  std::vector<std::size_t> servers;
};

// `algorithm`: the backend's kind, in whatever state.
Forecast forecast(const Question& question, const Algorithm& algorithm);

}  // namespace stickler::balance
