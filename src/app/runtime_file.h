// SPDX-License-Identifier: MIT
// The file of the runtime socket: who may use it is decided before it is there.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"
#include "net/fd.h"

namespace stickler::app {

// Bound, with the configured mode and group; what a dead process left there is replaced, and the
// folder is made if only that is missing. Fails with a sentence. Before threads start.
Result<net::Fd, std::string> make_runtime_socket(const config::Runtime& runtime,
                                                 const config::Process& process);

}  // namespace stickler::app
