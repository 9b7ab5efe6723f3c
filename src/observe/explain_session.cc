// SPDX-License-Identifier: MIT
#include "observe/explain_session.h"

#include <algorithm>
#include <chrono>

#include "http/cookie.h"

namespace stickler::observe {
namespace {

std::optional<std::chrono::seconds> age_of(std::optional<std::time_t> stamp, std::time_t now) {
  if (!stamp) return std::nullopt;
  return std::chrono::seconds(now - *stamp);
}

std::optional<std::chrono::seconds> left_until(Duration limit,
                                               std::optional<std::chrono::seconds> age) {
  if (limit == kNoLimit || !age) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(limit) - *age;
}

unsigned count_cookies(std::span<const http::Field> fields, std::string_view name) {
  unsigned count = 0;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name == name) ++count;
    }
  }
  return count;
}

}  // namespace

Explanation::Session explain_session(const balance::Question& question, std::time_t now) {
  const config::Cookie& settings = *question.backend->cookie;
  const balance::CookieVerdict& verdict = question.cookie;
  Explanation::Session session;
  session.cookie = settings.name;
  session.value = verdict.value;
  session.sent = count_cookies(question.fields, settings.name);
  session.state = verdict.state;
  session.formerly = verdict.formerly;
  session.maxidle = settings.maxidle;
  session.maxlife = settings.maxlife;
  if (!balance::touches_session(question)) session.pinned = question.route->name;
  if (verdict.server) session.server = question.servers[*verdict.server]->name;
  const balance::CookieParts parts = balance::split_cookie(verdict.value);
  session.last_used = age_of(parts.last, now);
  session.first_used = age_of(parts.first, now);
  if (verdict.state != balance::CookieState::valid) return session;
  session.good_for = left_until(settings.maxidle, session.last_used);
  auto life_left = left_until(settings.maxlife, session.first_used);
  if (life_left) session.good_for = std::min(*life_left, session.good_for.value_or(*life_left));
  return session;
}

}  // namespace stickler::observe
