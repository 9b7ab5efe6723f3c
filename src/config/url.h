// SPDX-License-Identifier: MIT
// Where something is asked over HTTP, as an administrator or another program writes it: "http://"
// or "https://", host, port, path. Strict, since parts of it go into requests as they are. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stickler::config {

struct Url {
  bool tls = false;
  std::string host;    // a name or an address, without brackets
  unsigned port = 80;  // 443 with TLS, unless given
  bool port_given = false;
  std::string path;  // with its query; begins with '/', or is empty

  // "host:port", as a Host field has it: without the scheme's own port, IPv6 in brackets.
  std::string authority() const;
  std::string text() const;
};

// Nothing if the text is anything else: other schemes, user names, fragments, blanks.
std::optional<Url> parse_url(std::string_view text);

}  // namespace stickler::config
