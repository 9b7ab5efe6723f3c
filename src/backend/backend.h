// SPDX-License-Identifier: MIT
// A backend as a live thing: its servers, its algorithm, its queue. Shared by all workers; the
// settings it was made from outlive it. A reload makes a new one, which shares with the one before
// what must survive: the servers that stay and the queue.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "backend/identities.h"
#include "backend/server.h"
#include "backend/wait_queue.h"
#include "balance/algorithms.h"
#include "balance/decision.h"
#include "config/config.h"

namespace stickler::backend {

// An algorithm with state that all workers share, so that round robin is one turn over all of them.
// Only requests without a session come here, so the lock is rarely wanted by two.
class SharedAlgorithm final : public balance::Algorithm {
 public:
  explicit SharedAlgorithm(std::unique_ptr<balance::Algorithm> inner) : inner_(std::move(inner)) {}
  std::optional<std::size_t> choose(const balance::Candidates& candidates,
                                    std::string_view key) override {
    std::lock_guard lock(mutex_);
    return inner_->choose(candidates, key);
  }
  void narrow(balance::Candidates& candidates, std::string_view key) const override {
    std::lock_guard lock(mutex_);
    inner_->narrow(candidates, key);
  }
  std::string_view name() const override { return inner_->name(); }

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<balance::Algorithm> inner_;  // guarded by mutex_
};

class Backend {
 public:
  // `position`: among the backends of one configuration. `before`: the backend of that name in the
  // configuration before, or null.
  Backend(const config::Backend& settings, std::size_t position, Identities& identities,
          const Backend* before);
  // Alone in the world.
  explicit Backend(const config::Backend& settings);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  const config::Backend& settings() const { return settings_; }
  const std::string& name() const { return settings_.name; }
  std::size_t position() const { return position_; }
  std::size_t id() const { return id_; }  // identities.h

  std::size_t size() const { return servers_.size(); }
  Server& server(std::size_t position) { return *servers_[position]; }
  const Server& server(std::size_t position) const { return *servers_[position]; }
  balance::Servers views() const { return views_; }
  std::optional<std::size_t> position_of(std::string_view server_name) const;
  // The position of the server with this serial number; it must be one of them.
  std::size_t position_of_serial(std::size_t serial) const;

  // Gives the servers shared with an earlier configuration what of these settings may change in
  // place. Control thread, when this configuration comes into force.
  void take_force();

  // Its use of a stick table, or null. Set before anybody else knows of this object.
  const balance::Stick* stick() const { return stick_.get(); }
  void stick_by(std::unique_ptr<const balance::Stick> stick) { stick_ = std::move(stick); }

  // Its map, or null. Set before anybody else knows of this object.
  const balance::KeyMap* map() const { return map_.get(); }
  void map_by(std::unique_ptr<balance::KeyMap> map) { map_ = std::move(map); }
  void hold_keys(std::vector<std::string> beginnings) { map_->hold(std::move(beginnings)); }

  // balance::decide() with this backend's algorithm. Any thread.
  balance::Choice choose(const balance::Question& question) {
    return balance::decide(question, algorithm_);
  }

  // Whether choose() would find a server with a free slot now. Takes no turn of the algorithm.
  bool has_place(const balance::Question& question) const;

  // Its servers are known by their serial numbers.
  WaitQueue& queue() { return *queue_; }

  // Gives a slot back and hands it on to who waits for it. Any thread.
  void give_back_slot(std::size_t server);

  // The control thread, after it changed a server's availability or weight.
  void server_changed() { queue_->wake_all(); }

  // Requests and tunnels being served by all servers.
  std::uint32_t active() const;
  // Requests that wait for a server in particular, any of them.
  std::uint32_t queued() const;

 private:
  const config::Backend& settings_;
  const std::size_t position_;
  const std::size_t id_;
  const std::vector<std::shared_ptr<Server>> servers_;
  const std::vector<const balance::ServerView*> views_;
  const std::shared_ptr<WaitQueue> queue_;
  std::unique_ptr<const balance::Stick> stick_;
  std::unique_ptr<balance::KeyMap> map_;
  SharedAlgorithm algorithm_;
};

// A request's place in a backend's queue; left at the end of its life at the latest.
class QueueTicket {
 public:
  // `awaited`: the servers whose slot the request can use. `server`: the one it waits for in
  // particular, if it does.
  QueueTicket(Backend& backend, std::optional<std::size_t> server,
              const std::vector<std::size_t>& awaited);
  ~QueueTicket();
  QueueTicket(const QueueTicket&) = delete;
  QueueTicket& operator=(const QueueTicket&) = delete;

  // Its place when it entered, the first being 1: for the particular server's requests and for
  // those that take any apart, as HAProxy counts.
  std::size_t position() const { return position_; }

  net::Wait woken(Duration limit) { return ticket_->woken(limit); }
  net::WaitSlot& slot() { return ticket_->slot(); }
  // The server whose slot was handed over, if one was: the slot is the caller's from now on.
  std::optional<std::size_t> leave();

 private:
  Backend& backend_;
  std::optional<std::size_t> server_;
  std::shared_ptr<Ticket> ticket_;  // null once left
  std::size_t position_;
};

}  // namespace stickler::backend
