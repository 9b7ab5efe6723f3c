// SPDX-License-Identifier: MIT
#include "proxy/snapshot.h"

#include <algorithm>

#include "base/assert.h"
#include "net/signature.h"

namespace stickler::proxy {
namespace {

net::TlsPreset preset_of(config::Tls::Preset preset) {
  switch (preset) {
    case config::Tls::Preset::modern:
      return net::TlsPreset::modern;
    case config::Tls::Preset::intermediate:
      return net::TlsPreset::intermediate;
    case config::Tls::Preset::old:
      return net::TlsPreset::old;
  }
  ASSERT(false);
  return net::TlsPreset::intermediate;
}

net::TlsSettings tls_settings(const config::Tls& tls) {
  net::TlsSettings settings;
  settings.certificates = tls.certificates;
  settings.key = tls.key;
  settings.preset = preset_of(tls.preset);
  settings.ciphers = tls.ciphers;
  settings.strict_sni = tls.strict_sni;
  settings.tickets = tls.tickets;
  settings.session_cache = tls.session_cache;
  return settings;
}

Destination destination_of(const Snapshot& snapshot, const config::Listener& listener,
                           const config::Route& route) {
  Destination destination;
  destination.backend =
      snapshot.find_backend(route.backend.empty() ? listener.backend : route.backend);
  if (destination.backend != nullptr && !route.server.empty()) {
    destination.pin = destination.backend->position_of(route.server);
    ASSERT(destination.pin.has_value());
  }
  return destination;
}

// `kept`: TLS of the same listener before, or null.
Result<std::unique_ptr<ListenerRules>, std::string> make_rules(
    const Snapshot& snapshot, const config::Listener& listener,
    std::shared_ptr<const net::TlsContext> kept) {
  auto routes = balance::Routes::compile(listener.routes);
  if (!routes) return Failed{"listeners." + listener.name + "." + routes.error()};
  std::size_t id = snapshot.identities->listener(listener.name);
  auto rules = std::make_unique<ListenerRules>(listener, id, std::move(*routes));
  rules->otherwise.backend = snapshot.find_backend(listener.backend);
  for (const config::Route& route : listener.routes) {
    rules->by_route.push_back(destination_of(snapshot, listener, route));
  }
  for (const std::string& text : listener.forwarded.trust) {
    if (auto network = net::Network::parse(text)) rules->trusted.push_back(*network);
  }
  rules->tls = std::move(kept);
  if (listener.tls && rules->tls == nullptr) {
    auto tls = net::TlsContext::load(tls_settings(*listener.tls), snapshot.ticket_keys);
    if (!tls) return Failed{"listeners." + listener.name + ".tls: " + tls.error()};
    rules->tls = std::move(*tls);
  }
  return rules;
}

// What keys are hashed with: balancers that share tables have to agree upon it.
std::string secret_of_hashes(const config::Config& config) {
  if (!config.redis) return net::random_key();
  // Without a secret no table is `hashed`; only keys are that are too long.
  return config.redis->hash_key.empty() ? "stickler" : config.redis->hash_key;
}

// 128 bits of a signature, in hexadecimal.
balance::KeyHash key_hash(const config::Config& config) {
  constexpr std::size_t kHexDigits = 32;
  return [key = secret_of_hashes(config)](std::string_view text) {
    return net::sign(key, text).substr(0, kHexDigits);
  };
}

// Nothing, or what is wrong with one of them.
std::optional<std::string> add_maps(Snapshot& snapshot) {
  for (const auto& backend : snapshot.backends) {
    if (!backend->settings().map) continue;
    auto map = balance::KeyMap::make(backend->settings());
    if (!map) return map.error();
    backend->map_by(std::move(*map));
  }
  return std::nullopt;
}

// The same.
std::optional<std::string> add_sticks(Snapshot& snapshot) {
  for (const auto& backend : snapshot.backends) {
    const config::Backend& settings = backend->settings();
    if (!settings.stick) continue;
    const config::Table* table = config::find_table(*snapshot.config, settings.stick->table);
    ASSERT(table != nullptr);
    auto stick = balance::Stick::make(settings, *table, *snapshot.tables);
    if (!stick) return stick.error();
    backend->stick_by(std::move(*stick));
    const auto& sources = settings.stick->key.sources;
    snapshot.asks_for_tls_sessions |= std::ranges::any_of(sources, [](const auto& source) {
      return source.kind == config::KeySource::Kind::tls_session;
    });
  }
  return std::nullopt;
}

}  // namespace

bool ListenerRules::trusts(const net::Address& client) const {
  return std::ranges::any_of(trusted,
                             [&](const net::Network& network) { return network.contains(client); });
}

void Snapshot::take_force() const {
  tables->follow(*config);
  for (const auto& backend : backends) backend->take_force();
}

// A map may lead to another backend, which has none.
Destination Snapshot::destination(const ListenerRules& listener, const config::Route* route,
                                  const http::RequestHead& head) const {
  Destination destination = listener.destination(route);
  if (destination.backend == nullptr || destination.backend->map() == nullptr) return destination;
  destination.mapped = destination.backend->map()->find(head.path, head.query);
  if (destination.pin || destination.mapped.backend.empty()) return destination;
  return {find_backend(destination.mapped.backend), std::nullopt};
}

backend::Backend* Snapshot::find_backend(std::string_view name) const {
  for (const auto& backend : backends) {
    if (backend->name() == name) return backend.get();
  }
  return nullptr;
}

const ListenerRules* Snapshot::rules_at(std::string_view bind) const {
  for (const auto& rules : listeners) {
    for (const config::Bind& own : rules->settings.binds) {
      if (own.text == bind) return rules.get();
    }
  }
  return nullptr;
}

const ListenerRules* Snapshot::listener(std::size_t id) const {
  for (const auto& rules : listeners) {
    if (rules->id == id) return rules.get();
  }
  return nullptr;
}

Result<std::shared_ptr<Snapshot>, std::string> Snapshot::build(
    std::shared_ptr<const config::Config> config, const Snapshot* before,
    Certificates certificates) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->config = std::move(config);
  snapshot->identities =
      before != nullptr ? before->identities : std::make_shared<backend::Identities>();
  snapshot->previews = before != nullptr ? before->previews : std::make_shared<Previews>();
  snapshot->ticket_keys = before != nullptr ? before->ticket_keys : net::TicketKeys::random();
  for (const config::Backend& backend : snapshot->config->backends) {
    const std::size_t position = snapshot->backends.size();
    const backend::Backend* known =
        before != nullptr ? before->find_backend(backend.name) : nullptr;
    snapshot->backends.push_back(
        std::make_unique<backend::Backend>(backend, position, *snapshot->identities, known));
  }
  snapshot->tables = before != nullptr
                         ? before->tables
                         : std::make_shared<balance::StickTables>(key_hash(*snapshot->config));
  snapshot->tables->prepare(*snapshot->config,
                            std::chrono::time_point_cast<Duration>(Clock::now()));
  if (auto error = add_sticks(*snapshot)) return Failed{std::move(*error)};
  if (auto error = add_maps(*snapshot)) return Failed{std::move(*error)};
  for (const config::Listener& listener : snapshot->config->listeners) {
    const ListenerRules* known =
        before != nullptr ? before->listener(snapshot->identities->listener(listener.name))
                          : nullptr;
    const bool keeps = known != nullptr && certificates == Certificates::keep;
    auto rules = make_rules(*snapshot, listener, keeps ? known->tls : nullptr);
    if (!rules) return Failed{rules.error()};
    if (known != nullptr) (*rules)->connections = known->connections;
    snapshot->listeners.push_back(std::move(*rules));
  }
  return snapshot;
}

}  // namespace stickler::proxy
