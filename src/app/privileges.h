// SPDX-License-Identifier: MIT
// What a process asks of the system before it serves strangers: descriptors, memory that comes
// back, and fewer rights.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "config/config.h"

namespace stickler::app {

// Raises the limit of open descriptors as far as allowed; returns what it is now.
std::size_t raise_descriptor_limit();

// Lets every larger piece of memory come from the system and go back to it by itself. OpenSSL's
// buffers of connections that have gone idle would leave holes in the heap otherwise: a third of
// what an idle TLS tunnel costs. Before threads start.
void keep_heap_free_of_holes();

// Becomes the configured user and group for good. Only root can, and has to; others stay who they
// are, and say so if that is somebody else. Of root's rights one stays: ports below 1024, which a
// reload may open. A sentence if that fails. Before threads start.
std::optional<std::string> drop_privileges(const config::Process& process);

}  // namespace stickler::app
