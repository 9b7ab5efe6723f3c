// SPDX-License-Identifier: MIT
#include "balance/cookie_persistence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/assert.h"
#include "base/strings.h"
#include "http/cookie.h"

namespace stickler::balance {
namespace {

using SameSite = config::Cookie::SameSite;

// Between the parts of a value: a server's name, the last use, the first use.
constexpr char kBar = '|';
// A stamp further ahead than this is no matter of clocks that differ.
constexpr std::chrono::hours kClockTolerance{24};

// maxlife brings the last use too, though only maxidle judges it: HAProxy knows the first use by
// its place behind the last one.
bool writes_last(const config::Cookie& settings) {
  return settings.maxidle != kNoLimit || settings.maxlife != kNoLimit;
}
bool writes_first(const config::Cookie& settings) { return settings.maxlife != kNoLimit; }

bool is_bad(std::optional<std::time_t> stamp, Duration limit, std::time_t now) {
  if (!stamp || limit == kNoLimit) return false;
  std::chrono::seconds age(now - *stamp);
  return age > limit || age < -kClockTolerance;
}

// Sets verdict.server, and verdict.formerly if only an old name fits.
void find_server(std::string_view name, Servers servers, CookieVerdict& verdict) {
  if (name.empty()) return;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (servers[i]->cookie != name) continue;
    verdict.server = i;
    return;
  }
  for (std::size_t i = 0; i < servers.size(); ++i) {
    for (const std::string& old_name : servers[i]->formerly) {
      if (old_name != name) continue;
      verdict.server = i;
      verdict.formerly = old_name;
      return;
    }
  }
}

// One cookie's value, "server|LLLLL|FFFFF", on its own.
CookieVerdict judge_value(const config::Cookie& settings, std::string_view value, Servers servers,
                          std::time_t now) {
  const auto [server_name, last, first] = split_cookie(value);
  CookieVerdict verdict;
  verdict.value = value;
  if (is_bad(last, settings.maxidle, now)) {
    verdict.state = CookieState::expired;
  } else if (is_bad(first, settings.maxlife, now)) {
    verdict.state = CookieState::too_old;
  } else {
    find_server(server_name, servers, verdict);
    verdict.state = verdict.server ? CookieState::valid : CookieState::invalid;
  }
  if (verdict.state != CookieState::valid) return verdict;
  verdict.last = last;
  verdict.first = first;
  return verdict;
}

// What one of several cookies of the name is worth; the better ones come later.
enum class Worth { nothing, bad, valid, usable };

Worth worth_of(const CookieVerdict& verdict, Servers servers) {
  if (verdict.state == CookieState::none) return Worth::nothing;
  if (verdict.state != CookieState::valid) return Worth::bad;
  return servers[*verdict.server]->serves_sessions() ? Worth::usable : Worth::valid;
}

// A refresh interval near maxidle would let an active session expire between two renewals.
Duration refresh_interval(const config::Cookie& settings) {
  if (settings.maxidle == kNoLimit) return settings.refresh;
  return std::min(settings.refresh, settings.maxidle / 4);
}

void append_value(const config::Cookie& settings, std::string_view server_cookie, std::time_t first,
                  std::time_t now, std::string& out) {
  out.append(settings.name).append(1, '=').append(server_cookie);
  if (writes_last(settings)) {
    out.push_back(kBar);
    append_stamp(now, out);
  }
  if (writes_first(settings)) {
    out.push_back(kBar);
    append_stamp(first, out);
  }
}

bool is_secure(const config::Cookie& settings, bool tls) {
  switch (settings.secure) {
    case config::Cookie::Secure::automatic:
      return tls;
    case config::Cookie::Secure::always:
      return true;
    case config::Cookie::Secure::never:
      return false;
  }
  ASSERT(false);
  return false;
}

std::string_view same_site_attribute(SameSite same_site) {
  switch (same_site) {
    case SameSite::unset:
      return "";
    case SameSite::lax:
      return "; SameSite=Lax";
    case SameSite::strict:
      return "; SameSite=Strict";
    case SameSite::none:
      return "; SameSite=None";
  }
  ASSERT(false);
  return {};
}

void append_max_age(Duration maxidle, std::string& out) {
  // Rounded up: Max-Age=0 would delete the cookie.
  auto seconds = std::chrono::ceil<std::chrono::seconds>(maxidle).count();
  std::array<char, 20> digits{};
  char* end = std::to_chars(digits.data(), digits.data() + digits.size(), seconds).ptr;
  out.append("; Max-Age=").append(digits.data(), end);
}

void append_attributes(const config::Cookie& settings, bool tls, std::string& out) {
  if (!settings.path.empty()) out.append("; path=").append(settings.path);
  for (const std::string& domain : settings.domains) out.append("; domain=").append(domain);
  if (settings.httponly.value_or(tls)) out.append("; HttpOnly");
  if (is_secure(settings, tls)) out.append("; Secure");
  out.append(
      same_site_attribute(settings.samesite.value_or(tls ? SameSite::lax : SameSite::unset)));
  if (tls && settings.maxidle != kNoLimit) append_max_age(settings.maxidle, out);
}

}  // namespace

CookieParts split_cookie(std::string_view value) {
  CookieParts parts;
  parts.server = take_until(value, kBar);
  parts.last = parse_stamp(take_until(value, kBar));
  parts.first = parse_stamp(value);
  return parts;
}

CookieVerdict judge_cookie(const config::Cookie& settings, std::span<const http::Field> fields,
                           Servers servers, std::time_t now) {
  CookieVerdict best;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name != settings.name) continue;
      CookieVerdict verdict = judge_value(settings, cookie->value, servers, now);
      Worth worth = worth_of(verdict, servers);
      if (worth == Worth::usable) return verdict;
      if (worth > worth_of(best, servers)) best = verdict;
    }
  }
  return best;
}

bool needs_cookie(const config::Cookie& settings, const CookieVerdict& verdict,
                  std::size_t answering, std::time_t now) {
  if (verdict.state != CookieState::valid || verdict.server != answering) return true;
  if (!verdict.formerly.empty()) return true;
  if (verdict.last.has_value() != writes_last(settings)) return true;
  if (verdict.first.has_value() != writes_first(settings)) return true;
  return verdict.last && std::chrono::seconds(now - *verdict.last) > refresh_interval(settings);
}

void append_set_cookie(const config::Cookie& settings, std::string_view server_cookie,
                       std::optional<std::time_t> first, std::time_t now, bool tls,
                       std::string& out) {
  append_value(settings, server_cookie, first.value_or(now), now, out);
  append_attributes(settings, tls, out);
}

}  // namespace stickler::balance
