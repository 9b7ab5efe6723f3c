// SPDX-License-Identifier: MIT
#include "observe/access_message.h"

#include <unistd.h>

#include <array>
#include <charconv>

#include "observe/log_format_haproxy.h"
#include "observe/log_format_json.h"

namespace stickler::observe {
namespace {

// For the size of a message and a blank.
constexpr std::size_t kFront = 12;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "";
  return name.data();
}

WallTime end_of_exchange(const proxy::ExchangeRecord& record) {
  return record.accepted + record.timers.total;
}

}  // namespace

Framing framing_of(const config::Log& log) {
  const config::Syslog& syslog = log.syslog;
  bool stream = syslog.address.starts_with("tcp:") || syslog.address.starts_with("unix-stream:");
  if (log.access != config::Log::Access::to_syslog || !stream) return Framing::newline;
  if (syslog.framing == config::Syslog::Framing::automatic) {
    return syslog.address.starts_with("tcp:") ? Framing::octets : Framing::newline;
  }
  bool octets = syslog.framing == config::Syslog::Framing::octets;
  return octets ? Framing::octets : Framing::newline;
}

std::size_t first_message_size(std::string_view messages, Framing framing) {
  if (framing == Framing::newline) return messages.find('\n') + 1;
  std::size_t size = 0;
  auto [end, error] = std::from_chars(messages.data(), messages.data() + messages.size(), size);
  return static_cast<std::size_t>(end - messages.data()) + 1 + size;
}

AccessMessage::AccessMessage(const config::Log& log)
    : format_(log.format), framing_(framing_of(log)), longest_(log.length) {
  if (log.access == config::Log::Access::to_syslog) {
    header_.emplace(log.syslog, host_name(), ::getpid());
  }
  text_.resize(kFront + longest_);
}

std::string_view AccessMessage::of(const proxy::ExchangeRecord& record) {
  return format_ == config::Log::Format::json ? json(record) : httplog(record);
}

std::string_view AccessMessage::httplog(const proxy::ExchangeRecord& record) {
  BoundedText line(text_.data() + kFront, longest_ - 1);
  if (header_) header_->put(end_of_exchange(record), line);
  put_httplog(record, line);
  return framed(line.text().size());
}

std::string_view AccessMessage::json(const proxy::ExchangeRecord& record) {
  text_.resize(kFront + SyslogHeader::kLongest);
  BoundedText head(text_.data() + kFront, SyslogHeader::kLongest);
  if (header_) header_->put(end_of_exchange(record), head);
  text_.resize(kFront + head.text().size());
  append_json_line(record, text_);
  const std::size_t size = text_.size() - kFront;
  text_.push_back('\n');
  return framed(size);
}

// With the line feed behind, or the size before.
std::string_view AccessMessage::framed(std::size_t size) {
  if (framing_ == Framing::newline) {
    text_[kFront + size] = '\n';
    return {text_.data() + kFront, size + 1};
  }
  std::array<char, kFront> digits;
  auto end = std::to_chars(digits.data(), digits.data() + digits.size() - 1, size).ptr;
  *end++ = ' ';
  auto count = static_cast<std::size_t>(end - digits.data());
  std::string_view(digits.data(), count).copy(text_.data() + kFront - count, count);
  return {text_.data() + kFront - count, count + size};
}

}  // namespace stickler::observe
