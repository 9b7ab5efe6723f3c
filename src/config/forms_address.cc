// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <sys/un.h>

#include <charconv>

#include "base/strings.h"
#include "config/forms.h"
#include "config/quote.h"

namespace stickler::config {
namespace {

constexpr std::string_view kUnix = "unix:";

bool is_ip(int family, std::string_view text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(family, std::string(text).c_str(), bytes) == 1;
}
bool is_ipv4(std::string_view text) { return is_ip(AF_INET, text); }
bool is_ipv6(std::string_view text) { return is_ip(AF_INET6, text); }

std::optional<unsigned> number_below(std::string_view text, unsigned bound) {
  unsigned number = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) return {};
  return number < bound ? std::optional(number) : std::nullopt;
}

bool is_port(std::string_view text) {
  auto port = number_below(text, 65536);
  return port && *port > 0;
}

std::optional<Complaint> check_socket_path(std::string_view path) {
  if (!path.starts_with('/')) return Complaint{"a Unix socket needs an absolute path", ""};
  if (path.size() < sizeof(sockaddr_un::sun_path)) return std::nullopt;
  return Complaint{"the path of a Unix socket ends at 107 bytes", ""};
}

// Host and port of "host:port", "[host]:port", "host", "[host]", ":port"; brackets stay.
struct HostPort {
  std::string_view host;
  std::optional<std::string_view> port;
};

HostPort split(std::string_view text) {
  std::size_t colon = text.rfind(':');
  std::size_t bracket = text.rfind(']');
  bool inside = bracket != std::string_view::npos && colon < bracket;
  if (colon == std::string_view::npos || inside) return {.host = text, .port = std::nullopt};
  return {.host = text.substr(0, colon), .port = text.substr(colon + 1)};
}

std::optional<std::string_view> inside_brackets(std::string_view host) {
  if (host.size() < 2 || !host.starts_with('[') || !host.ends_with(']')) return std::nullopt;
  return host.substr(1, host.size() - 2);
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (!text.empty()) {
    std::string_view label = take_until(text, '.');
    if (label.empty() || label.size() > 63) return false;
    if (label.front() == '-' || label.back() == '-') return false;
    for (char c : label) {
      bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
      if (!letter && !is_digit(c) && c != '-' && c != '_') return false;
    }
  }
  return true;
}

// "198.18.1.300" has the characters of a name, but nobody means one.
bool looks_like_ipv4(std::string_view text) {
  return text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::optional<Complaint> check_scheme(std::string_view text) {
  std::size_t at = text.find("://");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(at + 3);
  std::string_view address = rest.substr(0, rest.find('/'));
  if (lower_case(text.substr(0, at)) == "https") {
    return Complaint{"servers are spoken to in plain HTTP; TLS to servers is not in this version",
                     "give the address of its plain port"};
  }
  return Complaint{"an address stands without a scheme", "write " + in_quotes(address)};
}

}  // namespace

std::optional<Complaint> check_bind(std::string_view text) {
  if (text.starts_with(kUnix)) return check_socket_path(text.substr(kUnix.size()));
  if (text.starts_with('/'))
    return Complaint{"a Unix socket begins with unix:",
                     "write " + in_quotes(std::string(kUnix).append(text))};
  if (is_port(text))
    return Complaint{"a ':' is missing before the port",
                     "write " + in_quotes(":" + std::string(text))};
  if (is_ipv6(text))
    return Complaint{"an IPv6 address stands in brackets, with its port",
                     "write " + in_quotes("[" + std::string(text) + "]:443")};
  auto [host, port] = split(text);
  if (!port)
    return Complaint{"the port is missing", "write " + in_quotes(std::string(text) + ":443")};
  if (!is_port(*port)) return Complaint{in_quotes(*port) + " is no port", "ports are 1 to 65535"};
  if (host.empty() || is_ipv4(host)) return std::nullopt;
  auto inner = inside_brackets(host);
  if (inner && is_ipv6(*inner)) return std::nullopt;
  if (host == "*")
    return Complaint{"all addresses are written without '*'",
                     "write " + in_quotes(":" + std::string(*port))};
  return Complaint{in_quotes(host) + " is no address of this machine",
                   "write an IP address, or only " + in_quotes(":" + std::string(*port))};
}

std::optional<Complaint> check_server_address(std::string_view text) {
  if (text.starts_with(kUnix)) return check_socket_path(text.substr(kUnix.size()));
  if (auto complaint = check_scheme(text)) return complaint;
  if (is_ipv6(text))
    return Complaint{"an IPv6 address stands in brackets",
                     "write " + in_quotes("[" + std::string(text) + "]:80")};
  if (text.find('/') != std::string_view::npos)
    return Complaint{"an address has no path", "a Unix socket is written \"unix:/path\""};
  auto [host, port] = split(text);
  if (port && !is_port(*port))
    return Complaint{in_quotes(*port) + " is no port", "ports are 1 to 65535"};
  if (auto inner = inside_brackets(host)) {
    if (is_ipv6(*inner)) return std::nullopt;
    return Complaint{in_quotes(*inner) + " is no IPv6 address", ""};
  }
  if (is_ipv4(host) || (is_host_name(host) && !looks_like_ipv4(host))) return std::nullopt;
  return Complaint{in_quotes(host) + " is neither an IP address nor a name",
                   "write \"10.0.0.1:80\" or \"name:80\""};
}

std::optional<Complaint> check_network(std::string_view text) {
  std::string_view rest = text;
  std::string_view address = take_until(rest, '/');
  bool four = is_ipv4(address);
  if (!four && !is_ipv6(address)) {
    return Complaint{in_quotes(address) + " is no IP address",
                     "write \"10.0.0.0/8\", \"192.0.2.1\" or \"fd00::/8\""};
  }
  if (address.size() == text.size()) return std::nullopt;
  if (number_below(rest, four ? 33 : 129)) return std::nullopt;
  return Complaint{in_quotes(rest) + " is no length of a network",
                   four ? "it is 0 to 32" : "it is 0 to 128"};
}

std::string with_port(const std::string& address) {
  if (address.starts_with(kUnix) || split(address).port) return address;
  return address + ":80";
}

std::optional<Complaint> check_host(std::string_view text) {
  if (auto inner = inside_brackets(text); inner && is_ipv6(*inner)) return std::nullopt;
  if (is_host_name(text)) return std::nullopt;
  if (auto [host, port] = split(text); port && is_host_name(host)) {
    return Complaint{"a host stands without its port", "write " + in_quotes(host)};
  }
  return Complaint{in_quotes(text) + " is no host name", ""};
}

std::optional<Complaint> check_host_pattern(std::string_view text) {
  if (text.starts_with("*.")) text.remove_prefix(2);
  if (text.find('*') == std::string_view::npos) return check_host(text);
  return Complaint{"'*' stands only for whole labels at the front", "write \"*.example.com\""};
}

}  // namespace stickler::config
