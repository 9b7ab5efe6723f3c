// SPDX-License-Identifier: MIT
#include "proxy/generation.h"

#include <utility>

namespace stickler::proxy {

Generation::Generation(std::shared_ptr<const Snapshot> snapshot) : snapshot_(std::move(snapshot)) {
  for (const auto& backend : snapshot_->backends) {
    pools_.push_back(std::make_unique<backend::ConnectionPool>(
        backend->size(), backend->settings().keepalive, backend->settings().max_idle));
  }
}

void Generation::close_idle_connections() {
  for (const auto& pool : pools_) pool->clear();
}

void Generation::retire() {
  for (const auto& pool : pools_) pool->retire();
}

}  // namespace stickler::proxy
