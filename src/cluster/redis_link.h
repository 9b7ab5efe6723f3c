// SPDX-License-Identifier: MIT
// Keeps in touch with one Redis, whatever happens to it: finds it, connects, notices when it does
// not answer any more, and comes back, later each time. Says once what the trouble is. Control
// thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend/resolver.h"
#include "cluster/redis_session.h"
#include "config/config.h"
#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::cluster {

class RedisLink {
 public:
  // Called on the loop, never from within a call of this object.
  struct Listener {
    // Connected; `other`: to another Redis process than before, which may know less.
    std::function<void(bool other)> up;
    // Not any more, or not at the first try. All handlers have been called.
    std::function<void()> down;
    std::function<void(std::string_view message)> message;
    // A command has been answered, whichever.
    std::function<void()> answered;
    // Why it is down, once however long that lasts: a sentence.
    std::function<void(const std::string& text)> trouble;
  };
  // The answer to a command; null: there will be none.
  using Handler = std::function<void(const RedisReply* reply)>;

  // `balancer`: who we are, in messages.
  RedisLink(net::EventLoop& loop, std::string balancer, Listener listener);
  ~RedisLink();

  // Connects with these settings, anew if they are others than before; or rests.
  void use(const std::optional<config::Redis>& settings);
  // Ends everything within the loop's next turns; co_await stopped() before destroying this.
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

  bool is_up() const { return up_; }
  // Until the first try to connect has ended.
  bool is_new() const { return !tried_; }
  // While up: sends, and calls the handler later.
  void send(const RedisWords& words, Handler handler);
  void publish(const std::string& message);
  std::size_t waiting() const { return handlers_.size(); }

  const config::Redis& settings() const { return settings_; }
  const std::string& script() const { return session_.script; }
  std::string channel() const { return settings_.prefix + "news"; }
  const std::string& balancer() const { return balancer_; }

  const std::string& address() const { return address_; }
  const std::string& trouble() const { return trouble_; }
  Duration lag() const { return lag_; }
  std::uint64_t connections() const { return connections_; }

 private:
  net::Task<> run();
  net::Task<> serve();
  net::Task<> wait_before_next_try();
  RedisPlaces places() const;
  void resolve_names();
  void come_up(RedisSession session);
  void go_down(const std::string& trouble);
  void take_answers();
  void take_messages();
  void hear(const std::string& text);
  void watch();
  void beat();
  bool is_over() const { return stopping_ || changed_ || !broken_.empty(); }

  net::EventLoop& loop_;
  const std::string balancer_;
  const Listener listener_;
  config::Redis settings_;
  bool started_ = false;
  bool resting_ = false;
  bool changed_ = false;
  bool stopping_ = false;
  RedisNews news_;
  net::TaskGroup tasks_;
  std::unique_ptr<backend::Resolver> resolver_;
  std::vector<std::vector<net::Address>> resolved_;  // by position of the setting's texts

  RedisSession session_;
  std::deque<Handler> handlers_;  // of commands without an answer, in the order of sending
  bool up_ = false;
  bool tried_ = false;
  std::string broken_;  // why the session must end
  std::string last_run_id_;
  unsigned failures_ = 0;  // in a row

  std::uint64_t beat_ = 0;
  std::uint64_t heard_beat_ = 0;
  TimePoint beat_at_;
  TimePoint next_beat_;

  std::string address_;
  std::string trouble_;
  std::set<std::string> said_;  // troubles that were told since it was steady
  Duration lag_{0};
  std::uint64_t connections_ = 0;
};

}  // namespace stickler::cluster
