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
  if (auto metrics = match(PageRequest::Kind::metrics, listener.metrics, path)) return metrics;
  const bool asks = listener.cluster_admin && cluster_path(path).kind != ClusterPath::Kind::none;
  if (!asks) return std::nullopt;
  return PageFound{PageRequest::Kind::cluster, &*listener.cluster_admin, {}};
}

ClusterPath cluster_path(std::string_view path) {
  using Kind = ClusterPath::Kind;
  constexpr std::string_view kOwner = "/dtable-server/";
  if (path.starts_with(kOwner)) {
    std::string_view key = path.substr(kOwner.size());
    if (key.ends_with('/')) key.remove_suffix(1);
    const bool one = !key.empty() && key.find('/') == std::string_view::npos;
    return one ? ClusterPath{Kind::owner, key} : ClusterPath{};
  }
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/ping") return {Kind::ping, {}};
  if (path == "/rebalance") return {Kind::rebalance, {}};
  if (path == "/buckets") return {Kind::buckets, {}};
  if (path == "/nodes") return {Kind::nodes, {}};
  return {};
}

}  // namespace stickler::proxy
