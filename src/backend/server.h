// SPDX-License-Identifier: MIT
// One server as a live thing: its settings, what decisions see of it, its address, its slots.
// Shared by all workers and the control thread. A reload that leaves the server what it is keeps
// this very object, and with it health, slots and address.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "balance/server_view.h"
#include "config/config.h"
#include "net/address.h"

namespace stickler::backend {

class Server {
 public:
  // `id`: of its backend's and its name (identities.h).
  explicit Server(const config::Server& settings, std::size_t id = 0);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  const config::Server& settings() const { return settings_; }
  const std::string& name() const { return settings_.name; }
  std::size_t id() const { return id_; }
  // Of this very object: another server under the same name has another one. Wait queues know
  // servers by it.
  std::size_t serial() const { return serial_; }

  // Whether these settings mean the same server: then only what adopt() takes over may differ.
  bool is(const config::Server& settings) const;
  // The weight that the file gives it. Control thread.
  unsigned file_weight() const { return file_weight_; }
  // Weight and maxconn of a file read anew. The weight only if the file changed it: an
  // administrator may have set another one meanwhile. Control thread.
  void adopt(const config::Server& settings);

  balance::ServerView& view() { return view_; }
  const balance::ServerView& view() const { return view_; }

  // Where to connect; nothing while the name has not resolved. Any thread.
  std::optional<net::Address> address() const;
  // The control thread, when a name has resolved (anew).
  void set_address(const net::Address& address);

  // Connections of an earlier era lead to another address, or to what was there before it was down.
  std::uint32_t era() const { return era_.load(std::memory_order_relaxed); }
  void begin_era() { era_.fetch_add(1, std::memory_order_relaxed); }

  // One request's place at this server: true and counted, or false if maxconn is reached.
  bool try_take_slot();
  // Its end. The caller then tells the backend (Backend::slot_freed), which wakes who waits.
  void give_back_slot();

 private:
  const config::Server settings_;  // those it was made from
  const std::size_t id_;
  const std::size_t serial_;
  balance::ServerView view_;
  mutable std::mutex address_mutex_;
  std::optional<net::Address> address_;  // guarded by address_mutex_
  std::atomic<std::uint32_t> era_{0};
  unsigned file_weight_;  // the control thread's
};

}  // namespace stickler::backend
