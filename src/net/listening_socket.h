// SPDX-License-Identifier: MIT
// Sockets that accept connections: made once, before privileges are dropped, and handed to the
// workers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "net/fd.h"

namespace stickler::net {

// Sockets for the address as written: ":443" (both families; IPv4 alone where IPv6 is off),
// "0.0.0.0:80", "[::]:443", "127.0.0.1:8443", "name:80", "unix:/run/x.sock". TCP: `count` sockets
// that share the port by SO_REUSEPORT, so that the kernel spreads connections over their owners;
// Unix: the same one `count` times. Fails with a sentence: in use, not permitted, not an address of
// this host.
Result<std::vector<Fd>, std::string> open_listening_sockets(std::string_view text, unsigned count);

}  // namespace stickler::net
