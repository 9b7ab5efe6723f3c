// SPDX-License-Identifier: MIT
// The tables that this balancer shares with others through Redis. Feeds the stick tables that
// `balance` decides by; nothing there waits for anything here longer than it is told to.
//
//   stick table ──proposal──► carry() ══ control thread ══► script in Redis ──► settle()
//   stick table ◄──hear()──── message ◄── channel ◄── scripts of other balancers
//
// Once Redis answers again, everything known here is in doubt: it is asked for again, little by
// little, the last used first. A Redis that was begun anew is told first what is known, and only
// then asked for what is not.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "balance/stick_tables.h"
#include "cluster/redis_link.h"
#include "cluster/shared_table.h"
#include "cluster/sharing_report.h"
#include "config/config.h"
#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::cluster {

class SharedTables final : private Carrier {
 public:
  // What is worth an administrator's attention: a sentence, and whether it is trouble.
  using News = std::function<void(std::string text, bool trouble)>;

  // `loop`: the control thread's; it and `tables` outlive this object.
  SharedTables(balance::StickTables& tables, net::EventLoop& loop, News news);
  ~SharedTables() override;

  // This configuration is in force. Control thread, as all below.
  void follow(const config::Config& config);
  // Nothing if the configuration has no Redis.
  std::optional<SharingReport> report() const;

  // Nobody is called back any more. co_await stopped() before destroying this.
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

 private:
  using State = SharingReport::State;
  struct Carried {
    SharedTable* table;
    balance::Proposal proposal;
  };
  struct Clearing {
    SharedTable* table;
    std::string server;  // "": of all
    std::string key;     // "": all
  };

  // Carrier: any thread
  bool answers() const override { return answers_now_.load(std::memory_order_relaxed); }
  bool answers_soon() const override { return answers() && !slow_.load(std::memory_order_relaxed); }
  Duration patience() const override { return patience_.load(std::memory_order_relaxed); }
  void carry(SharedTable& table, balance::Proposal proposal) override;
  void forget_all_of(SharedTable& table, std::optional<balance::ServerNumber> server) override;
  void when_settled(SharedTable& table, std::string key, std::function<void()> call) override;
  void waited_in_vain() override;

  // Control thread
  net::Task<> await_link();
  void come_up(bool other);
  void go_down();
  void hear(std::string_view message);
  void deliver();
  void send_queued();
  void send(const Carried& carried);
  void refuse(const Carried& carried);
  void clear(const Clearing& clearing);
  void scan(const Clearing& clearing, const std::string& cursor);
  void forget_found(const Clearing& clearing, const std::string& found);
  std::string name_in_redis(const SharedTable& table, std::string_view key) const;
  net::Task<> reconcile(unsigned session, bool other);
  net::Task<> ask_again(unsigned session, balance::StickyTable::Doubted which);
  net::Task<> ask_again(unsigned session, SharedTable& table, balance::StickyTable::Doubted which);
  std::vector<balance::Proposal> next_doubted(balance::StickyTable& table,
                                              balance::StickyTable::Doubted which,
                                              std::size_t& shard) const;
  net::Task<> send_slowly(unsigned session, SharedTable& table,
                          std::vector<balance::Proposal> proposals);
  void set_state(State state);
  void tell_of_reunion(std::uint64_t corrected);
  std::uint64_t corrected() const;
  unsigned others() const;

  balance::StickTables& tables_;
  net::EventLoop& loop_;
  const News news_;
  RedisLink link_;
  bool configured_ = false;
  bool stopping_ = false;
  std::map<std::string, std::unique_ptr<SharedTable>, std::less<>> shared_;
  std::deque<Carried> queued_;       // while there is no connection yet, or too much is under way
  std::vector<Clearing> clearings_;  // that Redis has to be told of once it answers
  std::map<std::string, TimePoint, std::less<>> heard_;  // other balancers, when last
  net::TaskGroup tasks_;
  unsigned session_ = 0;  // counts connections
  bool was_down_ = false;
  bool has_told_ = false;  // that tables are shared
  State state_ = State::alone;
  WallTime since_{};
  std::uint64_t proposals_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t messages_ = 0;

  std::atomic<bool> answers_now_{false};
  std::atomic<bool> slow_{false};  // somebody waited in vain, and nothing was answered since
  std::atomic<Duration> patience_{Duration{0}};
  std::atomic<std::uint64_t> decided_alone_{0};
  std::mutex mutex_;
  std::vector<Carried> carried_;  // guarded by mutex_
  bool closed_ = false;           // ditto: nothing is carried any more
};

}  // namespace stickler::cluster
