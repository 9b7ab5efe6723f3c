// SPDX-License-Identifier: MIT
// The texts in which balancers tell each other of their tables: values in Redis, and messages.
// docs/sticky-tables.md documents them. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace stickler::cluster {

// "3 1764450000 server-pro-ha-2"; views what was read.
struct EntryText {
  std::uint32_t version = 0;
  std::int64_t since = 0;   // seconds since 1970: the server was chosen
  std::string_view server;  // "": the key is forgotten
};
std::optional<EntryText> read_entry(std::string_view text);

// A key has another server, or is forgotten: "key BALANCER TABLE VERSION SINCE SERVER KEY".
struct KeyNews {
  std::string_view table;
  EntryText entry;
  std::string_view key;  // any bytes
};
// All keys of a server, or all, are forgotten: "forget BALANCER TABLE SERVER".
struct ForgetNews {
  std::string_view table;
  std::string_view server;  // "": of all
};
// A balancer is there: "beat BALANCER NUMBER".
struct BeatNews {
  std::uint64_t number = 0;
};

struct Message {
  std::string_view balancer;  // who says it
  std::variant<KeyNews, ForgetNews, BeatNews> news;
};
// Nothing for what is none; views `text`.
std::optional<Message> read_message(std::string_view text);

// What a message about a key begins with; the entry, a space and the key follow.
std::string key_message_head(std::string_view balancer, std::string_view table);
std::string forget_message(std::string_view balancer, std::string_view table,
                           std::string_view server);
std::string beat_message(std::string_view balancer, std::uint64_t number);

}  // namespace stickler::cluster
