// SPDX-License-Identifier: MIT
// Connections to servers that a worker keeps for the next request. They are its own and counted
// nowhere: who wants to know asks each worker.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "proxy/service.h"

namespace stickler::observe {

// By "backend/server".
using KeptConnections = std::map<std::string, std::size_t>;

// On the worker's thread, between two turns of its loop.
KeptConnections kept_connections(proxy::Service& service);

}  // namespace stickler::observe
