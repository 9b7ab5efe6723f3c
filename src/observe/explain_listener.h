// SPDX-License-Identifier: MIT
// Which listener a URL leads to. When serving it is the kernel that knows, by address and port; a
// URL says less, so what it leaves open is asked for, never guessed.
#pragma once

#include <string>

#include "base/result.h"
#include "observe/explained_request.h"
#include "proxy/snapshot.h"

namespace stickler::observe {

struct ChosenListener {
  const proxy::ListenerRules* rules = nullptr;
  const config::Bind* bind = nullptr;
};

// By name if the request names one, else by scheme, port and address.
Result<ChosenListener, std::string> choose_listener(const proxy::Snapshot& snapshot,
                                                    const ExplainedRequest& request);

}  // namespace stickler::observe
