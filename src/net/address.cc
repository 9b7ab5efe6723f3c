// SPDX-License-Identifier: MIT
#include "net/address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

#include "base/assert.h"
#include "base/strings.h"

namespace stickler::net {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (number > most) return std::nullopt;
  return number;
}

std::optional<Address> unix_address(std::string_view path) {
  sockaddr_un address{};
  if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return Address(reinterpret_cast<const sockaddr*>(&address), size);
}

std::optional<Address> internet_address(const std::string& host, unsigned port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    return Address(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    return Address(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  }
  return std::nullopt;
}

}  // namespace

Address::Address(const sockaddr* address, socklen_t size) : size_(size) {
  if (size <= internet_.size()) {
    std::memcpy(internet_.data(), address, size);
    return;
  }
  ASSERT(size <= sizeof(sockaddr_un));
  auto copy = std::make_shared<sockaddr_un>();
  std::memcpy(copy.get(), address, size);
  unix_ = std::move(copy);
}

const sockaddr* Address::data() const {
  if (unix_ != nullptr) return reinterpret_cast<const sockaddr*>(unix_.get());
  return reinterpret_cast<const sockaddr*>(internet_.data());
}

std::optional<Address> Address::parse(std::string_view text) {
  if (text.starts_with(kUnixPrefix)) return unix_address(text.substr(kUnixPrefix.size()));
  std::optional<HostPort> parts = split_host_port(text);
  if (!parts) return std::nullopt;
  return internet_address(parts->host, parts->port);
}

unsigned Address::port() const {
  if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in*>(data())->sin_port);
  if (family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(data())->sin6_port);
  }
  return 0;
}

std::string_view Address::host_bytes() const {
  if (family() == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(data());
    return {reinterpret_cast<const char*>(&v4->sin_addr), 4};
  }
  if (family() != AF_INET6) return {};
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(data());
  const char* bytes = reinterpret_cast<const char*>(&v6->sin6_addr);
  if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) return {bytes + 12, 4};
  return {bytes, 16};
}

std::string Address::host() const {
  std::string_view bytes = host_bytes();
  if (bytes.empty()) return "unix";
  char text[INET6_ADDRSTRLEN];
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof text);
  return text;
}

std::string Address::text() const {
  if (family() == AF_UNIX) {
    const auto* address = reinterpret_cast<const sockaddr_un*>(data());
    bool named = size_ > offsetof(sockaddr_un, sun_path) && address->sun_path[0] != '\0';
    return std::string(kUnixPrefix) + (named ? address->sun_path : "");
  }
  std::string host_text = host();
  std::string port_text = ":" + std::to_string(port());
  if (host_bytes().size() == 16) return "[" + host_text + "]" + port_text;
  return host_text + port_text;
}

bool Address::operator==(const Address& other) const {
  return size_ == other.size_ && std::memcmp(data(), other.data(), size_) == 0;
}

std::optional<HostPort> split_host_port(std::string_view text) {
  std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  std::optional<unsigned> port = parse_number(text.substr(colon + 1), 65'535);
  if (!port) return std::nullopt;
  return HostPort{std::string(host), *port};
}

std::vector<Address> resolve(const std::string& host, unsigned port, std::string& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) {
    error = gai_strerror(failure);
    return {};
  }
  std::vector<Address> addresses;
  for (addrinfo* each = found; each != nullptr; each = each->ai_next) {
    addresses.emplace_back(each->ai_addr, each->ai_addrlen);
  }
  freeaddrinfo(found);
  return addresses;
}

std::optional<Network> Network::parse(std::string_view text) {
  std::string_view rest = text;
  std::optional<Address> base = internet_address(std::string(take_until(rest, '/')), 0);
  if (!base) return std::nullopt;
  Network network;
  network.bytes_ = base->host_bytes();
  auto most = static_cast<unsigned>(network.bytes_.size() * 8);
  std::optional<unsigned> bits = most;
  if (text.find('/') != std::string_view::npos) bits = parse_number(rest, most);
  if (!bits) return std::nullopt;
  network.bits_ = *bits;
  return network;
}

bool Network::contains(const Address& address) const {
  std::string_view bytes = address.host_bytes();
  if (bytes.size() != bytes_.size()) return false;
  for (std::size_t bit = 0; bit < bits_; bit += 8) {
    unsigned kept = bits_ - bit >= 8 ? 0xffU : (0xff00U >> (bits_ - bit)) & 0xffU;
    unsigned difference = static_cast<unsigned char>(bytes[bit / 8] ^ bytes_[bit / 8]);
    if ((difference & kept) != 0) return false;
  }
  return true;
}

}  // namespace stickler::net
