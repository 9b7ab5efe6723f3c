// SPDX-License-Identifier: MIT
// Host and port as they stand in Host fields and request targets (RFC 9112 §3.2, RFC 3986 §3.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace stickler::http {

struct Authority {
  std::string_view host;              // as received; an IPv6 address keeps its brackets
  std::optional<std::uint16_t> port;  // empty if absent, or nothing stands behind the colon
};

// "example.org", "example.org:8080", "[::1]:80". Empty if `text` is anything else: userinfo, an
// empty host, percent-encoding, commas, future IP literals and zones are refused, legal or not.
std::optional<Authority> parse_authority(std::string_view text);

// Whether both name the same host in any case, and the same port, an absent one being
// `default_port`.
bool same_authority(const Authority& a, const Authority& b, std::uint16_t default_port);

}  // namespace stickler::http
