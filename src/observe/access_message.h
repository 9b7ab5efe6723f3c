// SPDX-License-Identifier: MIT
// A record as what goes out: a line of the configured format with its line feed, or a syslog
// message in its frame. Composed in memory that is used again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"
#include "observe/syslog_header.h"
#include "proxy/exchange_record.h"

namespace stickler::observe {

// How messages that follow one another are told apart: each ends in a line feed, or begins with its
// size (RFC 6587 §3.4.2 and §3.4.1).
enum class Framing : bool { newline, octets };
Framing framing_of(const config::Log& log);

// Bytes of the message, frame included, at the beginning of `messages`, which holds whole ones.
std::size_t first_message_size(std::string_view messages, Framing framing);

// One thread's.
class AccessMessage {
 public:
  explicit AccessMessage(const config::Log& log);

  // Good until the next call.
  std::string_view of(const proxy::ExchangeRecord& record);

 private:
  std::string_view httplog(const proxy::ExchangeRecord& record);
  std::string_view json(const proxy::ExchangeRecord& record);
  std::string_view framed(std::size_t size);

  const config::Log::Format format_;
  const Framing framing_;
  const std::size_t longest_;
  std::optional<SyslogHeader> header_;
  std::string text_;  // room for the size in front, then the message
};

}  // namespace stickler::observe
