// SPDX-License-Identifier: MIT
// Servers that somebody supposes in another state than theirs: "what if it were down?" Pure; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "balance/server_view.h"
#include "balance/supposed_servers.h"
#include "config/config.h"
#include "proxy/snapshot.h"

namespace stickler::observe {

struct Supposition {
  std::string server;  // "server": every one of that name; or "backend/server"
  balance::Availability state = balance::Availability::up;
};

// A sentence about the first that is of no server; nothing if there is none.
std::optional<std::string> unfounded(const proxy::Snapshot& snapshot,
                                     const std::vector<Supposition>& supposed);

// Of several about one server the last one counts.
void suppose(const std::vector<Supposition>& supposed, const config::Backend& backend,
             balance::SupposedServers& servers);

}  // namespace stickler::observe
