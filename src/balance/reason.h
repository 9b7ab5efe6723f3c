// SPDX-License-Identifier: MIT
// Why a request got its server: one value, printed the same by the log, the statistics and
// `explain`. Made on the data path, so it only points at names; the sentence is built when somebody
// reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "balance/server_view.h"

namespace stickler::balance {

struct Reason {
  enum class Kind : std::uint8_t {
    none,         // "nothing was chosen"
    preview,      // "preview"                                subject: the server
    pinned,       // "pinned by route git"                    subject: the route
    pin_down,     // "route git: server-pro-ha-1 is down"     subject: the server; route, detail
    mapped,       // "map rule letters"                       subject: the rule
    no_key,       // "map, without a key"
    map_down,     // "map rule letters: dtable-server is down"  subject: the server; route: the rule
    bucket,       // "bucket 7f"                              subject: the bucket
    bucket_down,  // "bucket 7f: dtable-server-01 is down"  subject: the server; route: the bucket
    bucket_moves,    // "bucket 7f moves"                      subject: the bucket
    bucket_unowned,  // "bucket 7f has no node yet"          subject: the bucket
    silent,          // "cut off from etcd for too long"
    cookie,          // "cookie"
    cookie_drain,    // "cookie (server draining)"
    formerly,        // "cookie (formerly old-name)"             subject: the old name
    key,             // "key of table projects"              subject: the table
    key_drain,       // "key of table projects (server draining)"
    balanced,        // "roundrobin", "leastconn", …             subject: the algorithm
    redispatched,    // "redispatched: server-pro-ha-2 is down"  subject: the server; detail
                     // "redispatched: connect refused by s1"
    session_down,    // "s1 is down, and its sessions must not move"
    full,            // "server-pro-ha-2 is full"                subject: the server
    no_server,       // "no server is usable"
  };
  Kind kind = Kind::none;
  // A route's, server's or algorithm's name; owned by the configuration.
  std::string_view subject = {};
  // A static word or two: what the server is (`describe()`, or kFull), printed "s1 is down";
  // anything else is what it did to an attempt, printed "connect refused by s1".
  std::string_view detail = {};
  std::string_view route = {};  // of pin_down, beside the server
};

inline constexpr std::string_view kFull = "full";
inline constexpr std::string_view kGone = "gone from the configuration";
inline constexpr std::string_view kNotKnown = "not known here";

// "not checked yet", "up", "draining", "down", "in maintenance": fits behind "is".
std::string_view describe(Availability availability);

// The sentence, for people.
void append(const Reason& reason, std::string& text);
std::string to_string(const Reason& reason);

}  // namespace stickler::balance
