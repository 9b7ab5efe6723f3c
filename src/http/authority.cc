// SPDX-License-Identifier: MIT
#include "http/authority.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "base/strings.h"
#include "http/char_class.h"

namespace stickler::http {
namespace {

bool is_ipv6(std::string_view text) {
  char zero_ended[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof zero_ended) return false;
  std::memcpy(zero_ended, text.data(), text.size());
  in6_addr address;
  return inet_pton(AF_INET6, zero_ended, &address) == 1;
}

// Cuts a valid host off the front of `rest`; empty if there is none.
std::string_view take_host(std::string_view& rest) {
  std::size_t size = 0;
  if (rest.starts_with('[')) {
    const std::size_t close = rest.find(']');
    if (close == rest.npos || !is_ipv6(rest.substr(1, close - 1))) return {};
    size = close + 1;
  } else {
    while (size < rest.size() && is_in(kRegName, rest[size])) ++size;
  }
  const std::string_view host = rest.substr(0, size);
  rest.remove_prefix(size);
  return host;
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  authority.host = take_host(text);
  if (authority.host.empty()) return std::nullopt;
  if (text.empty() || text == ":") return authority;
  if (text.front() != ':') return std::nullopt;

  std::uint16_t port = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + 1, end, port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  authority.port = port;
  return authority;
}

bool same_authority(const Authority& a, const Authority& b, std::uint16_t default_port) {
  return equals_ignoring_case(a.host, b.host) &&
         a.port.value_or(default_port) == b.port.value_or(default_port);
}

}  // namespace stickler::http
