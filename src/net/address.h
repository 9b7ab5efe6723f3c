// SPDX-License-Identifier: MIT
// Socket addresses: IPv4, IPv6 and Unix, as values; their texts; networks to compare them with.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::net {

class Address {
 public:
  Address() = default;
  Address(const sockaddr* address, socklen_t size);

  // Numeric only: "10.0.0.1:80", "[::1]:80", "unix:/path". Nothing for names.
  static std::optional<Address> parse(std::string_view text);

  // For connect() and bind(). Views this object.
  const sockaddr* data() const;
  socklen_t size() const { return size_; }
  int family() const { return size_ == 0 ? AF_UNSPEC : data()->sa_family; }
  unsigned port() const;  // 0 for Unix sockets

  // "10.0.0.1", "::1" (unbracketed, as HAProxy logs it), "unix". An IPv4 client of a dual socket is
  // plain IPv4.
  std::string host() const;
  // "10.0.0.1:80", "[::1]:80", "unix:/path".
  std::string text() const;
  // The 4 or 16 bytes of the host in network order; "" for Unix sockets. Views this object.
  std::string_view host_bytes() const;

  bool operator==(const Address& other) const;

 private:
  // Every connection keeps one, so the few long ones live elsewhere.
  std::array<char, sizeof(sockaddr_in6)> internet_{};
  socklen_t size_ = 0;
  std::shared_ptr<const sockaddr_un> unix_;
};

// The host and port of "name:80", "10.0.0.1:80", "[::1]:80", ":80"; nothing if malformed.
struct HostPort {
  std::string host;  // without brackets
  unsigned port = 0;
};
std::optional<HostPort> split_host_port(std::string_view text);

// The addresses of a host name, by getaddrinfo: blocks, so never on a loop that serves. Empty if
// the name does not resolve; `error` then says why.
std::vector<Address> resolve(const std::string& host, unsigned port, std::string& error);

// "10.0.0.0/8", "::1", "fd00::/8".
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);
  bool contains(const Address& address) const;

 private:
  std::string bytes_;  // 4 or 16
  unsigned bits_ = 0;
};

}  // namespace stickler::net
