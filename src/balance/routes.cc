// SPDX-License-Identifier: MIT
#include "balance/routes.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace stickler::balance {

namespace {

// The host of "host:port" or "[::1]:port", without the dot that ends an absolute name:
// "example.com." is the same host, and must not slip past a condition on it.
std::string_view host_of(std::string_view authority) {
  std::size_t behind_address = authority.starts_with('[') ? authority.find(']') : 0;
  std::string_view host = authority.substr(0, authority.find(':', behind_address));
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// `pattern`: a host, or "*.example.com" for every host below it.
bool host_fits(std::string_view host, std::string_view pattern) {
  if (!pattern.starts_with('*')) return equals_ignoring_case(host, pattern);
  std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() &&
         equals_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
}

bool field_fits(const http::Field& field, const config::FieldMatch& wanted) {
  return equals_ignoring_case(field.name, wanted.name) &&
         (wanted.value.empty() || field.value == wanted.value);
}

bool hosts_fit(const config::Route& route, std::string_view host) {
  auto fits = [&](const std::string& pattern) { return host_fits(host, pattern); };
  return route.hosts.empty() || std::any_of(route.hosts.begin(), route.hosts.end(), fits);
}

bool methods_fit(const config::Route& route, std::string_view method) {
  auto fits = [&](const std::string& wanted) { return method == wanted; };
  return route.methods.empty() || std::any_of(route.methods.begin(), route.methods.end(), fits);
}

// The first of the wanted fields that the request lacks, or null.
const config::FieldMatch* missing_field(const config::Route& route,
                                        std::span<const http::Field> fields) {
  for (const config::FieldMatch& wanted : route.fields) {
    auto fits = [&](const http::Field& field) { return field_fits(field, wanted); };
    if (std::none_of(fields.begin(), fields.end(), fits)) return &wanted;
  }
  return nullptr;
}

// A request as conditions see it.
struct Asked {
  explicit Asked(const http::RequestHead& request)
      : path(normalize_path(request.path, scratch)),
        host(host_of(request.authority)),
        method(request.method_text),
        fields(request.fields) {}
  Asked(const Asked&) = delete;

  std::string scratch;
  std::string_view path;
  std::string_view host;
  std::string_view method;
  std::span<const http::Field> fields;
};

}  // namespace

struct Routes::Compiled {
  const config::Route* route;
  PathMatch path;

  std::optional<Mismatch> mismatch(const Asked& asked) const {
    if (!hosts_fit(*route, asked.host)) return Mismatch{Condition::host};
    if (auto of_path = path.mismatch(asked.path)) return Mismatch{*of_path};
    if (!methods_fit(*route, asked.method)) return Mismatch{Condition::method};
    const config::FieldMatch* missing = missing_field(*route, asked.fields);
    return missing == nullptr ? std::nullopt : std::optional(Mismatch{Condition::field, missing});
  }
};

Routes::Routes(std::vector<Compiled> compiled) : compiled_(std::move(compiled)) {}
Routes::Routes(Routes&&) noexcept = default;
Routes& Routes::operator=(Routes&&) noexcept = default;
Routes::~Routes() = default;

Result<Routes, std::string> Routes::compile(std::span<const config::Route> routes) {
  std::vector<Compiled> compiled;
  for (const config::Route& route : routes) {
    Result<PathMatch, std::string> path = PathMatch::compile(route);
    if (!path) return Failed{"routes." + route.name + ".path_regex: " + path.error()};
    compiled.push_back({&route, std::move(*path)});
  }
  return Routes(std::move(compiled));
}

const config::Route* Routes::match(const http::RequestHead& request) const {
  if (compiled_.empty()) return nullptr;
  const Asked asked(request);
  for (const Compiled& candidate : compiled_) {
    if (!candidate.mismatch(asked)) return candidate.route;
  }
  return nullptr;
}

std::vector<RouteVerdict> Routes::judge(const http::RequestHead& request) const {
  std::vector<RouteVerdict> verdicts;
  const Asked asked(request);
  for (const Compiled& candidate : compiled_) {
    verdicts.push_back({candidate.route, candidate.mismatch(asked)});
    if (!verdicts.back().mismatch) break;
  }
  return verdicts;
}

}  // namespace stickler::balance
