// SPDX-License-Identifier: MIT
#include "config/url.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace stickler::config {
namespace {

constexpr unsigned kPlainPort = 80;
constexpr unsigned kTlsPort = 443;

bool is_name(std::string_view host) {
  constexpr std::string_view kSpecial = "-._";
  return !host.empty() && std::ranges::all_of(host, [&](char c) {
    const char small = to_lower(c);
    return is_digit(c) || (small >= 'a' && small <= 'z') || kSpecial.find(c) != kSpecial.npos;
  });
}

bool looks_like_ipv6(std::string_view host) {
  return host.find(':') != host.npos && std::ranges::all_of(host, [](char c) {
           const char small = to_lower(c);
           return is_digit(c) || (small >= 'a' && small <= 'f') || c == ':' || c == '.';
         });
}

// Stands in a request line as it is.
bool is_path(std::string_view path) {
  return std::ranges::all_of(path, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

bool take_scheme(std::string_view& rest, Url& url) {
  const std::string_view scheme = rest.substr(0, rest.find("://"));
  if (scheme.size() == rest.size()) return false;
  url.tls = equals_ignoring_case(scheme, "https");
  if (!url.tls && !equals_ignoring_case(scheme, "http")) return false;
  url.port = url.tls ? kTlsPort : kPlainPort;
  rest.remove_prefix(scheme.size() + 3);
  return true;
}

bool take_host(std::string_view& rest, Url& url) {
  if (!rest.starts_with('[')) {
    const std::string_view host = rest.substr(0, rest.find(':'));
    url.host = host;
    rest.remove_prefix(host.size());
    return is_name(host);
  }
  const std::size_t end = rest.find(']');
  if (end == rest.npos) return false;
  url.host = rest.substr(1, end - 1);
  rest.remove_prefix(end + 1);
  return looks_like_ipv6(url.host);
}

bool read_port(std::string_view text, Url& url) {
  constexpr unsigned kMost = 65'535;
  if (text.empty()) return true;
  if (!text.starts_with(':')) return false;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), url.port);
  url.port_given = true;
  return error == std::errc() && end == text.data() + text.size() && url.port > 0 &&
         url.port <= kMost;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  Url url;
  if (!take_scheme(text, url)) return std::nullopt;
  const std::string_view path = text.substr(std::min(text.find_first_of("/?#"), text.size()));
  std::string_view authority = text.substr(0, text.size() - path.size());
  if (!take_host(authority, url) || !read_port(authority, url)) return std::nullopt;
  if (!is_path(path)) return std::nullopt;
  url.path = path.starts_with('?') ? "/" + std::string(path) : std::string(path);
  return url;
}

std::string Url::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (tls ? kTlsPort : kPlainPort)) text += ":" + std::to_string(port);
  return text;
}

std::string Url::text() const { return (tls ? "https://" : "http://") + authority() + path; }

}  // namespace stickler::config
