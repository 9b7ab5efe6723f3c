// SPDX-License-Identifier: MIT
// One request's place at a server, given back when it ends.
#pragma once

#include <cstddef>
#include <utility>

#include "backend/backend.h"

namespace stickler::proxy {

class ServerSlot {
 public:
  ServerSlot() = default;
  // Takes over a slot that has been taken (Server::try_take_slot, or handed over by the queue).
  ServerSlot(backend::Backend& backend, std::size_t server) : backend_(&backend), server_(server) {}
  ServerSlot(ServerSlot&& other) noexcept
      : backend_(std::exchange(other.backend_, nullptr)), server_(other.server_) {}
  ServerSlot& operator=(ServerSlot&& other) noexcept {
    if (this == &other) return *this;
    give_back();
    backend_ = std::exchange(other.backend_, nullptr);
    server_ = other.server_;
    return *this;
  }
  ~ServerSlot() { give_back(); }

  explicit operator bool() const { return backend_ != nullptr; }
  backend::Backend* backend() const { return backend_; }
  std::size_t server() const { return server_; }
  // Of the server (Server::serial()).
  std::size_t serial() const { return backend_->server(server_).serial(); }
  void give_back() {
    if (backend_ != nullptr) std::exchange(backend_, nullptr)->give_back_slot(server_);
  }

 private:
  backend::Backend* backend_ = nullptr;
  std::size_t server_ = 0;
};

}  // namespace stickler::proxy
