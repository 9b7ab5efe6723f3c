// SPDX-License-Identifier: MIT
#include "cluster/table_text.h"

#include <charconv>

namespace stickler::cluster {
namespace {

// What stands before the next space, which is taken away, too; nothing if there is none.
std::optional<std::string_view> take_word(std::string_view& text) {
  const std::size_t space = text.find(' ');
  if (space == text.npos) return std::nullopt;
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space + 1);
  return word;
}

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
  const auto word = take_word(text);
  return word ? number_of<Number>(*word) : std::nullopt;
}

// "3 1764450000 "; the server follows.
std::optional<EntryText> take_entry_head(std::string_view& text) {
  const auto version = take_number<std::uint32_t>(text);
  const auto since = take_number<std::int64_t>(text);
  if (!version || !since || *version == 0) return std::nullopt;
  return EntryText{*version, *since, ""};
}

std::optional<KeyNews> read_key_news(std::string_view text) {
  const auto table = take_word(text);
  auto entry = take_entry_head(text);
  const auto server = take_word(text);
  if (!table || !entry || !server || text.empty()) return std::nullopt;
  entry->server = *server;
  return KeyNews{*table, *entry, text};
}

}  // namespace

std::optional<EntryText> read_entry(std::string_view text) {
  auto entry = take_entry_head(text);
  if (entry) entry->server = text;
  return entry;
}

std::optional<Message> read_message(std::string_view text) {
  const auto kind = take_word(text);
  if (!kind) return std::nullopt;
  const auto balancer = take_word(text);
  if (!balancer) return std::nullopt;
  if (*kind == "key") {
    if (auto news = read_key_news(text)) return Message{*balancer, *news};
  } else if (*kind == "forget") {
    if (const auto table = take_word(text)) return Message{*balancer, ForgetNews{*table, text}};
  } else if (*kind == "beat") {
    if (auto number = number_of<std::uint64_t>(text)) return Message{*balancer, BeatNews{*number}};
  }
  return std::nullopt;
}

std::string key_message_head(std::string_view balancer, std::string_view table) {
  return std::string("key ").append(balancer).append(" ").append(table).append(" ");
}

std::string forget_message(std::string_view balancer, std::string_view table,
                           std::string_view server) {
  return std::string("forget ").append(balancer).append(" ").append(table).append(" ").append(
      server);
}

std::string beat_message(std::string_view balancer, std::uint64_t number) {
  return std::string("beat ").append(balancer).append(" ").append(std::to_string(number));
}

}  // namespace stickler::cluster
