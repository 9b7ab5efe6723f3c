// SPDX-License-Identifier: MIT
// A configuration brought to life: backends with their servers, listeners with compiled routes and
// certificates. Immutable but for what its servers are doing; shared by all workers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "balance/routes.h"
#include "balance/stick_tables.h"
#include "base/result.h"
#include "config/config.h"
#include "net/address.h"
#include "net/tls_context.h"
#include "proxy/connection_count.h"
#include "proxy/preview.h"

namespace stickler::proxy {

// Where a request goes that is neither redirected nor answered here.
struct Destination {
  backend::Backend* backend = nullptr;  // null: nowhere
  std::optional<std::size_t> pin;       // the route's server, as position
  balance::MapVerdict mapped = {};      // of one request; unasked where there is no map
};

// What a listener does with requests.
struct ListenerRules {
  ListenerRules(const config::Listener& listener, std::size_t identity, balance::Routes compiled)
      : settings(listener), id(identity), routes(std::move(compiled)) {}

  // Of the route that matched, or of none (null).
  const Destination& destination(const config::Route* route) const {
    if (route == nullptr) return otherwise;
    return by_route[static_cast<std::size_t>(route - settings.routes.data())];
  }

  bool trusts(const net::Address& client) const;

  const config::Listener& settings;
  const std::size_t id;  // backend/identities.h
  balance::Routes routes;
  std::vector<Destination> by_route;  // same positions as settings.routes
  Destination otherwise;
  std::vector<net::Network> trusted;
  std::shared_ptr<const net::TlsContext> tls;  // null on a plain listener
  // Those open now, also from before a reload.
  std::shared_ptr<ConnectionCount> connections = std::make_shared<ConnectionCount>();
};

struct Snapshot {
  // Comes into force: the control thread, once nothing can fail any more.
  void take_force() const;

  // Where this request goes, with what the backend's map says of it. `route`: the one that matched,
  // or null. Views the configuration.
  Destination destination(const ListenerRules& listener, const config::Route* route,
                          const http::RequestHead& head) const;

  // The backend of that name, or null.
  backend::Backend* find_backend(std::string_view name) const;
  // The listener with this address, as written, or null.
  const ListenerRules* rules_at(std::string_view bind) const;
  // The listener with this id, or null.
  const ListenerRules* listener(std::size_t id) const;

  std::shared_ptr<const config::Config> config;
  std::shared_ptr<backend::Identities> identities;
  std::shared_ptr<Previews> previews;
  std::shared_ptr<balance::StickTables> tables;
  bool asks_for_tls_sessions = false;  // a backend has keys by them
  net::TicketKeys ticket_keys;  // kept, so that clients can resume sessions from before a reload
  std::vector<std::unique_ptr<backend::Backend>> backends;
  std::vector<std::unique_ptr<ListenerRules>> listeners;

  // Fails with a sentence: a certificate that does not load, a route that does not compile. The
  // configuration must have been validated: names refer to what exists. `before`: the snapshot that
  // this one will replace, or null; servers that stay are shared with it.
  // `certificates`: whether they are read anew.
  enum class Certificates : bool { keep, read };
  static Result<std::shared_ptr<Snapshot>, std::string> build(
      std::shared_ptr<const config::Config> config, const Snapshot* before = nullptr,
      Certificates certificates = Certificates::read);
};

}  // namespace stickler::proxy
