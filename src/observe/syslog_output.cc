// SPDX-License-Identifier: MIT
#include "observe/syslog_output.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "base/strings.h"

namespace stickler::observe {
namespace {

constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLongestPause = std::chrono::seconds(10);
constexpr int kPatienceMs = 1000;  // for a connection, or for room in it
// The device's queue is full; nobody tells when it is not.
constexpr Duration kCrowded = std::chrono::milliseconds(20);
constexpr std::size_t kDatagramsAtOnce = 64;

bool is_stream(std::string_view address) {
  return address.starts_with("tcp:") || address.starts_with("unix-stream:");
}

bool has_room_in_time(int socket) {
  pollfd room{socket, POLLOUT, 0};
  return ::poll(&room, 1, kPatienceMs) == 1;
}

// A peer that has left since we last wrote would let the next lines vanish without an error.
bool has_left(int socket) {
  char answer[256];
  ssize_t got = ::recv(socket, answer, sizeof answer, MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

// Names are looked up for each connection: daemons move. May block, which only the log notices.
std::optional<net::Address> find_address(std::string_view text) {
  std::string_view rest = text;
  std::string_view transport = take_until(rest, ':');
  if (transport.starts_with("unix")) {
    return net::Address::parse(std::string("unix:").append(rest));
  }
  if (auto address = net::Address::parse(rest)) return address;
  auto name = net::split_host_port(rest);
  std::string error;
  auto found = name ? net::resolve(name->host, name->port, error) : std::vector<net::Address>{};
  return found.empty() ? std::nullopt : std::optional(found.front());
}

}  // namespace

SyslogOutput::SyslogOutput(const config::Syslog& settings, Framing framing)
    : address_(settings.address),
      stream_(is_stream(settings.address)),
      framing_(framing),
      pause_(kFirstPause) {}

Duration SyslogOutput::write(std::string_view& messages) {
  while (!messages.empty()) {
    if (!socket_) {
      if (int error = connect()) return disconnect(error);
    }
    Sent sent = stream_ ? send_stream(messages) : send_datagrams(messages);
    take_off(messages, sent.bytes);
    if (sent.bytes > 0) pause_ = kFirstPause;
    if (sent.bytes > 0 && complained_) {
      log_info("access log: {} takes lines again", address_);
      complained_ = false;
    }
    if (sent.error == 0 || sent.error == EINTR) continue;
    if (sent.error == ENOBUFS) return kCrowded;
    if (sent.error != EAGAIN) return disconnect(sent.error);
    if (!has_room_in_time(socket_.get())) return kCrowded;
  }
  return Duration{0};
}

// errno, or 0.
int SyslogOutput::connect() {
  std::optional<net::Address> address = find_address(address_);
  if (!address) return ENXIO;
  return connect_to(*address);
}

int SyslogOutput::connect_to(const net::Address& address) {
  int type = stream_ ? SOCK_STREAM : SOCK_DGRAM;
  net::Fd made(::socket(address.family(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!made) return errno;
  if (::connect(made.get(), address.data(), address.size()) != 0) {
    if (errno != EINPROGRESS) return errno;
    if (!has_room_in_time(made.get())) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(made.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return error;
  }
  socket_ = std::move(made);
  return 0;
}

SyslogOutput::Sent SyslogOutput::send_stream(std::string_view messages) {
  if (has_left(socket_.get())) return {0, EPIPE};
  std::string_view rest = messages.substr(begun_);
  ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent < 0) return {0, errno};
  return {static_cast<std::size_t>(sent), 0};
}

SyslogOutput::Sent SyslogOutput::send_datagrams(std::string_view messages) {
  std::array<iovec, kDatagramsAtOnce> parts{};
  std::array<mmsghdr, kDatagramsAtOnce> datagrams{};
  unsigned count = 0;
  for (std::string_view rest = messages; !rest.empty() && count < kDatagramsAtOnce; ++count) {
    std::size_t size = first_message_size(rest, Framing::newline);
    // Without the line feed; iovec is not const-correct.
    parts[count] = {const_cast<char*>(rest.data()), size - 1};
    datagrams[count].msg_hdr.msg_iov = &parts[count];
    datagrams[count].msg_hdr.msg_iovlen = 1;
    rest.remove_prefix(size);
  }
  int sent = ::sendmmsg(socket_.get(), datagrams.data(), count, MSG_NOSIGNAL);
  // Too long for a datagram: nobody will ever take it.
  if (sent < 0 && errno == EMSGSIZE) return {parts[0].iov_len + 1, 0};
  if (sent < 0) return {0, errno};
  std::size_t bytes = 0;
  for (int i = 0; i < sent; ++i) bytes += parts[static_cast<std::size_t>(i)].iov_len + 1;
  return {bytes, 0};
}

void SyslogOutput::take_off(std::string_view& messages, std::size_t sent) {
  begun_ += sent;
  while (begun_ > 0) {
    std::size_t size = first_message_size(messages, framing_);
    if (begun_ < size) return;
    messages.remove_prefix(size);
    begun_ -= size;
  }
}

// A message that went out in part is sent again as a whole.
Duration SyslogOutput::disconnect(int error) {
  socket_.reset();
  begun_ = 0;
  if (!complained_) {
    std::string why = error == ENXIO ? "its name does not resolve" : std::strerror(error);
    log_warning("access log: {}: {}; lines wait until somebody takes them", address_, why);
  }
  complained_ = true;
  Duration pause = pause_;
  pause_ = std::min(2 * pause_, kLongestPause);
  return pause;
}

}  // namespace stickler::observe
