// SPDX-License-Identifier: MIT
// From addresses to a Redis that tables can be kept in: which one it is, logged in to, on two
// connections, since one that listens to messages can do nothing else. Control thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cluster/redis_connection.h"
#include "config/config.h"
#include "net/address.h"
#include "net/task.h"

namespace stickler::cluster {

struct RedisSession {
  std::unique_ptr<RedisConnection> data;
  std::unique_ptr<RedisConnection> messages;  // subscribed
  std::string run_id;                         // of the Redis process; "" if it may not be asked
  std::string script;                         // of table_script.h, as EVALSHA wants it
};

// Where to look, in this order: the addresses of Redis itself, or of Sentinels.
using RedisPlaces = std::vector<net::Address>;

// Tries one place after the other. Fails with a sentence on the last one tried: nobody answers, a
// password is wrong, or what answers may not be written to. `channel`: of the messages. `news`: as
// for RedisConnection.
net::Task<Result<RedisSession, std::string>> open_session(const RedisPlaces& places,
                                                          const config::Redis& settings,
                                                          const std::string& channel,
                                                          RedisNews& news);

}  // namespace stickler::cluster
