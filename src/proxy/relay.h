// SPDX-License-Identifier: MIT
// The response on its way from the server to the client: the head with what of the body is here in
// one flight, then the body, no faster than the client takes it.
#pragma once

#include <optional>

#include "backend/server_connection.h"
#include "proxy/client_connection.h"
#include "proxy/failure.h"
#include "proxy/service.h"
#include "proxy/upload.h"

namespace stickler::proxy {

struct RelayLimits {
  Duration client;      // the client takes nothing
  Duration server;      // the server sends nothing
  bool abort_on_close;  // who has gone is not relayed to, although the server pauses
};

// Sends `response`, beside the request's `upload`, and the body behind it. Nothing on success; on
// failure the client has been cut off or has gone, and the server's connection is not to be used
// again.
net::Task<std::optional<Failure>> relay_response(backend::ServerConnection& server,
                                                 ClientConnection& client, const Upload& upload,
                                                 const OutgoingResponse& response,
                                                 RelayLimits limits, Service& service);

}  // namespace stickler::proxy
