// SPDX-License-Identifier: MIT
// Bytes both ways after a 101 (RFC 9110 §7.8), until both sides have finished or a limit passes. An
// idle tunnel owns no buffer; one coroutine serves both directions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "backend/server_connection.h"
#include "net/stream.h"
#include "net/task.h"
#include "proxy/failure.h"
#include "proxy/service.h"

namespace stickler::proxy {

struct TunnelLimits {
  Duration idle;  // not a byte either way
  Duration age;   // its whole life
};

struct TunnelEnd {
  Who who = Who::client;  // who ended it, or was too slow
  Why why = Why::closed;
  bool orderly = false;     // both sides have finished, one after the other
  std::string_view detail;  // which limit ended it; empty otherwise
  std::uint64_t to_client = 0;
  std::uint64_t to_server = 0;
};

// `to_client` and `to_server`: bytes that came early and go first.
net::Task<TunnelEnd> run_tunnel(net::Stream& client, net::Stream& server,
                                std::string_view to_client, std::string_view to_server,
                                TunnelLimits limits, Service& service);

}  // namespace stickler::proxy
