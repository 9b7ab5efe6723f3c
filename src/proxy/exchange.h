// SPDX-License-Identifier: MIT
// One request from its head to its record, whatever wire format the client speaks:
//
//   1 route ─► 2 answer here? ─► 3 attempts at servers ─► 4 edit and relay ─► 5 settle ─► 6 record
//                                      ▲      │
//                                      └──────┘ redispatch
//
// A tunnel (101) begins here and is run by the connection, so that an exchange's memory is free by
// then.
#pragma once

#include <memory>
#include <optional>

#include "base/intrusive_list.h"
#include "net/plain_stream.h"
#include "net/task.h"
#include "proxy/bucket_gate.h"
#include "proxy/client_connection.h"
#include "proxy/connection_count.h"
#include "proxy/exchange_record.h"
#include "proxy/parked_record.h"
#include "proxy/server_slot.h"
#include "proxy/service.h"
#include "proxy/tunnel.h"

namespace stickler::proxy {

// When the request began to arrive, and when its head was complete.
struct RequestTiming {
  TimePoint began;
  WallTime began_wall;
};

// Whose load a record tells. HAProxy reads it when it writes its line: who is done does not count.
struct Parties {
  const ListenerRules* listener = nullptr;
  backend::Backend* backend = nullptr;  // null if none was asked
  std::optional<std::size_t> server;    // its position
};

// A connection that has switched protocols: its tunnel, and the record that its end completes.
struct UpgradedConnection : ListMember<UpgradedConnection> {
  UpgradedConnection(std::unique_ptr<net::Stream> its_client, net::Socket its_server,
                     TunnelLimits limits)
      : client(std::move(its_client)),
        server(std::move(its_server)),
        tunnel(*client, server, limits) {}

  CountedConnection counted;
  std::shared_ptr<Generation> generation;  // outlives what follows
  std::unique_ptr<net::Stream> client;
  net::PlainStream server;
  ServerSlot slot;
  Tunnel tunnel;
  std::unique_ptr<BucketPass> pass;  // null if it is not about a cluster's bucket
  ParkedRecord record;
  const ListenerRules* listener = nullptr;
  TimePoint began;
};

// Serves one request. Returns the upgraded connection if it has become a tunnel (`client` is done
// with then), else null; the client connection knows whether another request may follow. `head`
// views memory of the client connection.
net::Task<std::unique_ptr<UpgradedConnection>> serve_exchange(ClientConnection& client,
                                                              const http::RequestHead& head,
                                                              RequestTiming timing,
                                                              Service& service);

// The tunnel itself, to its end and its record.
net::Task<> serve_tunnel(std::unique_ptr<UpgradedConnection> upgraded, Service& service);

// Ends all tunnels of this worker to this server (Server::serial()), because it goes into
// maintenance: their clients come back and get another one.
void cut_tunnels(Service& service, std::size_t server_serial);

// The record of a request that could not be read.
ExchangeRecord bad_request_record(const ConnectionFacts& facts, RequestTiming timing);

// Fills in how much is going on now.
void note_load(ExchangeRecord& record, const Parties& parties, Service& service);

// The last thing: notes the load once more, and hands the record on.
void emit(ExchangeRecord& record, const Parties& parties, Service& service);

}  // namespace stickler::proxy
