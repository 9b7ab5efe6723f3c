// SPDX-License-Identifier: MIT
// Whatever Cookie field comes: a session that is believed can be renewed, and its new cookie says
// the same.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "balance/cookie_persistence.h"

namespace {

using namespace stickler;
using namespace stickler::balance;

constexpr std::time_t kNow = 1'700'000'000;

void demand(bool holds) {
  if (!holds) std::abort();
}

// "s1" and "s2", which was "old".
class Pair {
 public:
  Pair() {
    views_[0].cookie = "s1";
    views_[1].cookie = "s2";
    views_[1].formerly = {"old"};
    views_[1].availability = Availability::up;
  }
  Servers all() const { return pointers_; }

 private:
  std::array<ServerView, 2> views_;
  std::array<const ServerView*, 2> pointers_{&views_[0], &views_[1]};
};

config::Cookie settings() {
  config::Cookie cookie;
  cookie.name = "S";
  cookie.maxidle = std::chrono::hours(1);
  cookie.maxlife = std::chrono::hours(24);
  return cookie;
}

CookieVerdict judge(const config::Cookie& cookie, std::string_view value, const Pair& servers) {
  const std::vector<http::Field> fields{{"Cookie", value, http::FieldId::cookie}};
  return judge_cookie(cookie, fields, servers.all(), kNow);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Pair servers;
  static const config::Cookie cookie = settings();
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const CookieVerdict verdict = judge(cookie, value, servers);
  demand(verdict.server.has_value() == (verdict.state == CookieState::valid));
  if (!verdict.server) return 0;

  std::string renewed;
  append_set_cookie(cookie, servers.all()[*verdict.server]->cookie, verdict.first, kNow, true,
                    renewed);
  const CookieVerdict again =
      judge(cookie, std::string_view(renewed).substr(0, renewed.find(';')), servers);
  demand(again.server == verdict.server && again.formerly.empty());
  demand(!verdict.first || again.first == verdict.first);
  demand(!needs_cookie(cookie, again, *again.server, kNow));
  return 0;
}
