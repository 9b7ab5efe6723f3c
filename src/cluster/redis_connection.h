// SPDX-License-Identifier: MIT
// One connection to Redis or a Sentinel, by hiredis on the loop's libevent. Commands are sent
// without waiting; answers come in the order of the commands, and are taken when there is time.
// hiredis has no time limits: whoever waits brings one. One loop's thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cluster/redis_reply.h"
#include "net/address.h"
#include "net/event_loop.h"
#include "net/task.h"
#include "net/wait.h"

struct redisAsyncContext;
struct redisReplyObjectFunctions;

namespace stickler::cluster {

using RedisWords = std::vector<std::string>;

// What one who waits for connections waits for; outlives them.
struct RedisNews {
  net::Notice arrived;   // an answer has, or a connection has ended
  bool give_up = false;  // nobody wants an answer any more; to be announced
};

class RedisConnection {
 public:
  // Begins to connect.
  RedisConnection(const net::Address& address, RedisNews& news);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  const std::string& address() const { return address_; }

  // False if the connection has ended.
  bool send(const RedisWords& words);

  // The next answer that has arrived.
  std::optional<RedisReply> take();
  // Why the connection has ended; "" while it has not.
  const std::string& trouble() const { return trouble_; }
  // Since when the oldest command has waited for its answer; nothing if none does.
  std::optional<TimePoint> waiting_since() const;

  // Sends the command and awaits its answer, which must be the only one that is awaited. Fails with
  // a sentence: an error of Redis', the end of the connection, or no answer in time. Only one
  // connection that announces to the same news may be asked at a time.
  net::Task<Result<RedisReply, std::string>> ask(RedisWords words, Duration limit);

 private:
  struct Callbacks;
  void bound_lists();
  void end(std::string why);

  RedisNews& news_;
  const std::string address_;
  std::unique_ptr<redisReplyObjectFunctions> making_;  // of replies; hiredis has a pointer to it
  redisAsyncContext* context_ = nullptr;               // null once hiredis has ended the connection
  std::deque<RedisReply> arrived_;
  std::deque<TimePoint> sent_;  // of commands without an answer
  std::string trouble_;
};

}  // namespace stickler::cluster
