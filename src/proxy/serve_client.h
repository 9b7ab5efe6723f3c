// SPDX-License-Identifier: MIT
// The life of a client's connection: TLS handshake, then one exchange after the other, until it
// ends or becomes a tunnel.
#pragma once

#include "net/address.h"
#include "net/socket.h"
#include "net/task.h"
#include "proxy/exchange.h"
#include "proxy/service.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {

// Returns the tunnel that is still to be served (serve_tunnel), or null. By then everything that
// only requests need is gone: an idle tunnel should cost little.
net::Task<std::unique_ptr<UpgradedConnection>> serve_requests(net::Socket socket,
                                                              net::Address address,
                                                              const ListenerRules& listener,
                                                              Service& service);

}  // namespace stickler::proxy
