// SPDX-License-Identifier: MIT
#include "proxy/preview.h"

#include <charconv>

#include "base/strings.h"
#include "http/cookie.h"
#include "net/base64.h"
#include "net/signature.h"

namespace stickler::proxy {
namespace {

// What is signed.
std::string statement(std::string_view expiry, std::string_view name) {
  return std::string(expiry).append(".").append(name);
}

}  // namespace

Previews::Previews() : key_(net::random_key()) {}

std::string Previews::issue(std::string_view backend, std::string_view server, std::time_t expiry) {
  issued_.store(true, std::memory_order_relaxed);
  const std::string time = std::to_string(expiry);
  const std::string name = std::string(backend).append("/").append(server);
  return time + "." + net::sign(key_, statement(time, name)) + "." + name;
}

std::optional<Preview> Previews::read(std::string_view token, std::time_t now) const {
  std::string_view name = token;
  const std::string_view expiry = take_until(name, '.');
  const std::string_view signature = take_until(name, '.');
  if (!net::same_secret(signature, net::sign(key_, statement(expiry, name)))) return std::nullopt;
  Preview preview;
  std::from_chars(expiry.data(), expiry.data() + expiry.size(), preview.expiry);
  if (preview.expiry <= now) return std::nullopt;
  preview.backend = take_until(name, '/');
  preview.server = name;
  return preview;
}

std::optional<Preview> Previews::wanted(const std::vector<http::Field>& fields,
                                        std::time_t now) const {
  if (!issued_.load(std::memory_order_relaxed)) return std::nullopt;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name == kPreviewCookie) return read(cookie->value, now);
    }
  }
  return std::nullopt;
}

std::optional<Preview> Previews::linked(std::string_view path, std::time_t now) const {
  if (!issued_.load(std::memory_order_relaxed) || !path.starts_with(kPreviewPath)) {
    return std::nullopt;
  }
  return read(path.substr(kPreviewPath.size()), now);
}

std::string preview_cookie(std::string_view token, std::time_t seconds, bool tls) {
  std::string cookie = std::string(kPreviewCookie).append("=").append(token);
  cookie += "; path=/; HttpOnly; SameSite=Lax; Max-Age=" + std::to_string(seconds);
  if (tls) cookie += "; Secure";
  return cookie;
}

}  // namespace stickler::proxy
