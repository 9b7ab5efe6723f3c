// SPDX-License-Identifier: MIT
#include "proxy/local_pages.h"

#include "base/strings.h"
#include "net/base64.h"

namespace stickler::proxy {
namespace {

constexpr std::string_view kScheme = "basic ";
constexpr std::size_t kLongestCredentials = 1024;

// "user:password" out of an Authorization value; empty if it is none.
std::string credentials_in(std::string_view authorization) {
  if (authorization.size() > kLongestCredentials) return {};
  if (lower_case(authorization.substr(0, kScheme.size())) != kScheme) return {};
  return net::decode_base64(authorization.substr(kScheme.size())).value_or("");
}

bool is_one_of(const config::Page& page, const std::string& given) {
  bool found = false;
  for (const auto& [user, password] : page.accounts)
    found |= net::same_secret(given, user + ":" + password);
  return found;
}

std::optional<PageFound> match(PageRequest::Kind kind, const std::optional<config::Page>& page,
                               std::string_view path) {
  if (!page || !path.starts_with(page->uri)) return std::nullopt;
  std::string_view rest = path.substr(page->uri.size());
  if (!rest.empty() && rest.front() != ';') return std::nullopt;
  return PageFound{kind, &*page, rest.empty() ? rest : rest.substr(1)};
}

}  // namespace

bool may_see(const config::Page& page, const std::vector<http::Field>& fields) {
  if (page.password_file.empty()) return true;
  for (const http::Field& field : fields) {
    if (!equals_ignoring_case(field.name, "Authorization")) continue;
    return is_one_of(page, credentials_in(field.value));
  }
  return false;
}

std::optional<PageFound> find_page(const config::Listener& listener, std::string_view path) {
  if (auto stats = match(PageRequest::Kind::stats, listener.stats, path)) return stats;
  return match(PageRequest::Kind::metrics, listener.metrics, path);
}

}  // namespace stickler::proxy
