// SPDX-License-Identifier: MIT
#include "observe/kept_connections.h"

#include "proxy/generation.h"

namespace stickler::observe {

KeptConnections kept_connections(proxy::Service& service) {
  KeptConnections kept;
  proxy::Generation& generation = *service.generation();
  for (const auto& backend : generation.snapshot().backends) {
    const backend::ConnectionPool& pool = generation.pool(*backend);
    for (std::size_t i = 0; i < backend->size(); ++i) {
      kept[backend->settings().name + "/" + backend->server(i).name()] = pool.idle(i);
    }
  }
  return kept;
}

}  // namespace stickler::observe
